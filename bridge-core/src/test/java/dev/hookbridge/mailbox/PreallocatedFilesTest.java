package dev.hookbridge.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The files that lie ready for the shim: made, made again when used, and looked into at a start.
 */
class PreallocatedFilesTest {
  @TempDir Path folder;
  private Box panel;
  private Path fresh;

  @BeforeEach
  void makeMailbox() throws IOException {
    panel = new Box(folder);
    fresh = folder.resolve("new");
  }

  @Test
  void theyAreZerosThatOnlyTheirOwnerReads() throws IOException {
    new PreallocatedFiles(folder).fill();
    List<Path> files = files();
    assertThat(files)
        .hasSize(PreallocatedFiles.MOST)
        .allMatch(file -> SpareFile.isReady(name(file)));
    for (Path file : files) {
      assertThat(Files.readAllBytes(file)).isEqualTo(new byte[SpareFile.SIZE]);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void onlyWhatIsMissingIsMade() throws IOException {
    PreallocatedFiles spares = new PreallocatedFiles(folder);
    spares.fill();
    Files.writeString(spare(7), "in use");
    Files.delete(spare(100));
    Files.writeString(fresh.resolve(".making-100"), "left by an agent that was killed");
    spares.fill();
    assertThat(files()).hasSize(PreallocatedFiles.MOST);
    assertThat(spare(7)).hasContent("in use");
    assertThat(spare(100)).hasSize(SpareFile.SIZE);
  }

  @Test
  void noneOfThemIsTakenForACall() throws IOException {
    new PreallocatedFiles(folder).fill();
    Files.write(fresh.resolve(".making-000"), new byte[100]);
    try (Mailbox mailbox = panel.open()) {
      String id = panel.deliver();
      assertThat(panel.take(mailbox, 1)).containsExactly(id);
      new PreallocatedFiles(folder).fill();
      Files.delete(spare(9));
      new PreallocatedFiles(folder).fill(); // beside an agent that listens by now
      String next = panel.deliver();
      assertThat(panel.take(mailbox, 1)).containsExactly(next);
      assertThat(mailbox.waiting()).isZero();
    }
    assertThat(MailboxStatus.of(folder, panel.boot, Clock.systemUTC()))
        .isEqualTo(new MailboxStatus(0, Duration.ZERO, Duration.ZERO, 0));
    assertThat(files()).hasSize(PreallocatedFiles.MOST);
    assertThat(folder.resolve("aside")).doesNotExist();
  }

  @Test
  void theyAreMadeAgainWhenCallsHaveUsedThem() throws Exception {
    try (Mailbox mailbox = panel.open()) {
      Thread thread = new Thread(mailbox.spares(), "spares");
      thread.start();
      Awaitility.await().until(() -> ready() == PreallocatedFiles.MOST);
      for (int i = 0; i < PreallocatedFiles.MOST / 4; i++) {
        MailName name = Box.name(Box.THIS_BOOT, panel.clock + i, i);
        Files.write(spare(i), padded(Box.record(name)));
        Files.move(spare(i), fresh.resolve(name.toString()));
      }
      panel.clock += 10 * Boot.STEP;
      assertThat(panel.take(mailbox, PreallocatedFiles.MOST / 4))
          .hasSize(PreallocatedFiles.MOST / 4);
      Awaitility.await().until(() -> ready() == PreallocatedFiles.MOST);
      mailbox.spares().stop();
      thread.join(60_000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  @Test
  void aPowerCutPutsCallsBackAmongThem() throws IOException {
    MailName whole = Box.name(Box.EARLIER_BOOT, 1, 1);
    MailName unpadded = Box.name(Box.EARLIER_BOOT, 2, 2);
    MailName unmoved = Box.name(Box.EARLIER_BOOT, 3, 3);
    MailName killed = Box.name(Box.THIS_BOOT, 4, 4);
    byte[] torn = padded(Box.record(Box.name(Box.EARLIER_BOOT, 5, 5)));
    torn[100] = 0;
    panel.write("new", ".spare-000", padded(Box.record(whole)));
    panel.write("new", ".spare-001", Box.record(unpadded));
    panel.write("new", ".making-002", padded(Box.record(unmoved)));
    panel.write("new", ".spare-003", padded(Box.record(killed)));
    panel.write("new", ".spare-004", torn);
    panel.write("new", ".spare-005", new byte[SpareFile.SIZE]);
    panel.write("new", ".making-006", new byte[SpareFile.SIZE]);
    panel.write("new", ".spare-007", new byte[100]);
    panel.write("new", ".spare-008", new byte[0]);
    panel.write("new", ".spare-009", new byte[SpareFile.SIZE + 1]);
    Files.createDirectory(spare(10));
    Files.createSymbolicLink(spare(11), folder.resolve("nowhere"));
    try (Mailbox mailbox = panel.open()) {
      assertThat(panel.take(mailbox, 3)).containsExactly(whole.id(), unpadded.id(), unmoved.id());
    }
    assertThat(files())
        .extracting(PreallocatedFilesTest::name)
        .containsExactlyInAnyOrder(
            ".spare-003", ".spare-005", ".spare-010", ".spare-011", ".making-128", ".making-129");
  }

  @Test
  void fileOfAStoredCallBecomesASpareAgain() throws Exception {
    PreallocatedFiles spares = new PreallocatedFiles(folder);
    spares.fill();
    Object inode = Files.getAttribute(spare(3), "unix:ino");
    MailName name = Box.name(Box.THIS_BOOT, 1, 1);
    Path call = fresh.resolve(name.toString());
    Files.write(spare(3), padded(Box.record(name)));
    Files.move(spare(3), call);
    assertThat(spares.recycle(call)).isTrue();
    assertThat(call).doesNotExist();
    List<Boolean> cleared = new ArrayList<>();
    spares.removed(
        1,
        () -> {
          try {
            Path begun = fresh.resolve(".making-128");
            cleared.add(Arrays.equals(Files.readAllBytes(begun), padded(new byte[0])));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    spares.fill();
    assertThat(cleared).containsExactly(true);
    assertThat(spare(3)).hasBinaryContent(new byte[SpareFile.SIZE]);
    assertThat(Files.getAttribute(spare(3), "unix:ino")).isEqualTo(inode);
    assertThat(files()).hasSize(PreallocatedFiles.MOST);
  }

  @Test
  void moreFilesThanMissingSparesAreRemoved() throws Exception {
    PreallocatedFiles spares = new PreallocatedFiles(folder);
    spares.fill();
    Files.delete(spare(100));
    int recycled = 0;
    for (int i = 0; i < PreallocatedFiles.MOST + 5; i++) {
      Path call = fresh.resolve(Box.name(Box.THIS_BOOT, i, i).toString());
      Files.write(call, padded(new byte[] {1}));
      recycled += spares.recycle(call) ? 1 : 0;
    }
    assertThat(recycled).isEqualTo(PreallocatedFiles.MOST);
    spares.fill();
    assertThat(ready()).isEqualTo(PreallocatedFiles.MOST);
    assertThat(files()).hasSize(PreallocatedFiles.MOST + 5); // these stay for Mailbox.remove
    Path next = fresh.resolve(Box.name(Box.THIS_BOOT, 500, 500).toString());
    Files.write(next, padded(new byte[] {1}));
    assertThat(spares.recycle(next)).isTrue();
  }

  @Test
  void fileThatCannotBeClearedIsRemovedAndTheOthersGoOn() throws Exception {
    PreallocatedFiles spares = new PreallocatedFiles(folder);
    spares.fill();
    Files.delete(spare(1));
    Files.delete(spare(2));
    for (int i = 1; i < 3; i++) {
      Path call = fresh.resolve(Box.name(Box.THIS_BOOT, i, i).toString());
      Files.write(call, padded(new byte[] {1}));
      assertThat(spares.recycle(call)).isTrue();
    }
    Files.delete(fresh.resolve(".making-128"));
    Files.createSymbolicLink(fresh.resolve(".making-128"), folder.resolve("nowhere"));
    List<String> durable = new ArrayList<>();
    spares.removed(2, () -> durable.add("both"));
    spares.fill();
    assertThat(durable).containsExactly("both");
    assertThat(folder.resolve("nowhere")).doesNotExist();
    spares.fill();
    assertThat(ready()).isEqualTo(PreallocatedFiles.MOST);
    assertThat(files()).hasSize(PreallocatedFiles.MOST);
  }

  /** The agent was killed, or the power was cut, before the file of a stored call was cleared. */
  @Test
  void callInAFileThatWasToBecomeASpareComesAgainOnlyAfterAPowerCut() throws IOException {
    MailName killed = Box.name(Box.THIS_BOOT, 1, 1);
    MailName cut = Box.name(Box.EARLIER_BOOT, 2, 2);
    panel.write("new", ".making-128", padded(Box.record(killed)));
    panel.write("new", ".making-129", padded(Box.record(cut)));
    byte[] half = padded(Box.record(Box.name(Box.EARLIER_BOOT, 3, 3)));
    Arrays.fill(half, 0, 40, (byte) 0);
    panel.write("new", ".making-130", half);
    try (Mailbox mailbox = panel.open()) {
      assertThat(panel.take(mailbox, 1)).containsExactly(cut.id());
    }
    assertThat(files()).extracting(PreallocatedFilesTest::name).containsExactly(".making-128");
  }

  @Test
  void lockedFileIsInUse() throws Exception {
    byte[] begun = padded(Arrays.copyOf(Box.record(Box.name(Box.EARLIER_BOOT, 1, 1)), 50));
    panel.write("new", ".spare-000", begun);
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                spare(0).toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.getInputStream().read()).isEqualTo('!');
      panel.open().close();
      assertThat(spare(0)).hasBinaryContent(begun);
    } finally {
      holder.destroy();
    }
    assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    panel.open().close();
    assertThat(spare(0)).doesNotExist();
  }

  /** Those that a hook may take. */
  private long ready() throws IOException {
    return files().stream().filter(file -> SpareFile.isReady(name(file))).count();
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(fresh)) {
      return files.toList();
    }
  }

  private Path spare(int number) {
    return fresh.resolve(String.format("%s-%03d", ".spare", number));
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }

  private static byte[] padded(byte[] record) {
    return Arrays.copyOf(record, SpareFile.SIZE);
  }
}
