package dev.hookbridge.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
class SparesTest {
  @TempDir Path folder;
  private Box box;
  private Path spare;

  @BeforeEach
  void makeMailbox() throws IOException {
    box = new Box(folder);
    spare = Files.createDirectory(folder.resolve("spare"));
  }

  @Test
  void theyAreZerosThatOnlyTheirOwnerReads() throws IOException {
    new Spares(folder).fill();
    List<Path> files = files();
    assertThat(files).hasSize(Spares.MOST).allMatch(Spares::isName);
    for (Path file : files) {
      assertThat(Files.readAllBytes(file)).isEqualTo(new byte[Spares.SIZE]);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void onlyWhatIsMissingIsMade() throws IOException {
    Spares spares = new Spares(folder);
    spares.fill();
    Files.writeString(spare.resolve("007"), "in use");
    Files.delete(spare.resolve("100"));
    Files.writeString(spare.resolve(".100"), "left by an agent that was killed");
    spares.fill();
    assertThat(files()).hasSize(Spares.MOST);
    assertThat(spare.resolve("007")).hasContent("in use");
    assertThat(spare.resolve("100")).hasSize(Spares.SIZE);
  }

  @Test
  void noneAreMadeWhereTheFolderIsMissing() throws IOException {
    Files.delete(spare);
    new Spares(folder).fill();
    assertThat(spare).doesNotExist();
  }

  @Test
  void theyAreMadeAgainWhenCallsHaveUsedThem() throws Exception {
    try (Mailbox mailbox = box.open()) {
      Thread thread = new Thread(mailbox.spares(), "spares");
      thread.start();
      Awaitility.await().until(() -> files().size() == Spares.MOST);
      for (int i = 0; i < Spares.MOST / 4; i++) {
        MailName name = Box.name(Box.THIS_BOOT, box.clock + i, i);
        Path file = spare.resolve(String.format("%03d", i));
        Files.write(file, padded(Box.record(name)));
        Files.move(file, folder.resolve("new").resolve(name.toString()));
      }
      box.clock += 10 * Boot.STEP;
      assertThat(box.take(mailbox, Spares.MOST / 4)).hasSize(Spares.MOST / 4);
      Awaitility.await().until(() -> files().size() == Spares.MOST);
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
    box.write("spare", "000", padded(Box.record(whole)));
    box.write("spare", "001", Box.record(unpadded));
    box.write("spare", ".002", padded(Box.record(unmoved)));
    box.write("spare", "003", padded(Box.record(killed)));
    box.write("spare", "004", torn);
    box.write("spare", "005", new byte[Spares.SIZE]);
    box.write("spare", ".006", new byte[Spares.SIZE]);
    box.write("spare", "007", new byte[100]);
    box.write("spare", "008", new byte[0]);
    box.write("spare", "009", new byte[Spares.SIZE + 1]);
    Files.createDirectory(spare.resolve("010"));
    Files.createSymbolicLink(spare.resolve("011"), folder.resolve("nowhere"));
    try (Mailbox mailbox = box.open()) {
      assertThat(box.take(mailbox, 3)).containsExactly(whole.id(), unpadded.id(), unmoved.id());
    }
    assertThat(files())
        .extracting(file -> file.getFileName().toString())
        .containsExactlyInAnyOrder("003", "005", "010", "011");
  }

  @Test
  void whoHoldsItsLockIsAtWork() throws Exception {
    byte[] begun = padded(Arrays.copyOf(Box.record(Box.name(Box.EARLIER_BOOT, 1, 1)), 50));
    box.write("spare", "000", begun);
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName(),
                spare.resolve("000").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.getInputStream().read()).isEqualTo('!');
      box.open().close();
      assertThat(spare.resolve("000")).hasBinaryContent(begun);
    } finally {
      holder.destroy();
    }
    assertThat(holder.waitFor(60, TimeUnit.SECONDS)).isTrue();
    box.open().close();
    assertThat(spare.resolve("000")).doesNotExist();
  }

  private List<Path> files() throws IOException {
    try (var files = Files.list(spare)) {
      return files.toList();
    }
  }

  private static byte[] padded(byte[] record) {
    return Arrays.copyOf(record, Spares.SIZE);
  }
}
