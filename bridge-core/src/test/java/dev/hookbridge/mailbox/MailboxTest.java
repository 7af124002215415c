package dev.hookbridge.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailboxTest {
  private static final Duration WAIT = Duration.ofMillis(200);

  @TempDir Path folder;
  Box panel;

  @BeforeEach
  void make() throws IOException {
    panel = new Box(folder.resolve("mail"));
  }

  @Test
  void givesWhatLiesThereInTheOrderOfTheCalls() throws IOException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      ids.add(panel.deliver());
    }
    try (Mailbox mailbox = panel.open()) {
      assertThat(panel.take(mailbox, ids.size())).isEqualTo(ids);
      assertThat(files("new")).isEmpty();
      assertThat(mailbox.caughtUp()).isTrue();
    }
  }

  @Test
  void givesWhatComesWhileItIsOpen() throws IOException {
    try (Mailbox mailbox = panel.open()) {
      panel.take(mailbox, 0);
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        ids.add(panel.deliver());
      }
      assertThat(panel.take(mailbox, ids.size())).isEqualTo(ids);
    }
  }

  /** What was read of the record of losses is not read again. */
  @Test
  void lossesOfABatchThatFailedAreInTheNextOne() throws IOException {
    Path mail = folder.resolve("mail");
    Files.writeString(mail.resolve("lost"), "lost id-1 1000 qemu start gnet 28\n");
    MailName name = Box.name(Box.THIS_BOOT, panel.clock, 1);
    panel.write("new", name.toString(), new byte[] {1, 2, 3});
    Path aside = Files.createFile(mail.resolve("aside"));
    try (Mailbox mailbox = panel.open()) {
      assertThatThrownBy(() -> mailbox.take(WAIT)).isInstanceOf(IOException.class);
      mailbox.lookAgain();
      panel.clock += 10 * Boot.STEP;
      Files.delete(aside);
      Mailbox.Batch batch = mailbox.take(WAIT);
      assertThat(batch.losses())
          .extracting(LostCall::id, LostCall::reason)
          .containsExactly(tuple("id-1", "errno-28"), tuple(name.id(), "damaged"));
      assertThat(mailbox.take(WAIT).losses()).isEmpty();
    }
  }

  /** 2,000 renames between two polls leave nothing but the news that there were too many. */
  @Test
  void anOverflowOfEventsLosesNothing() throws IOException {
    try (Mailbox mailbox = panel.open()) {
      panel.take(mailbox, 0);
      while (!mailbox.caughtUp()) {
        mailbox.take(WAIT);
        panel.clock += Boot.STEP;
      }
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < 3000; i++) {
        ids.add(panel.deliver());
      }
      panel.clock += 10 * Boot.STEP;
      assertThat(panel.take(mailbox, ids.size())).isEqualTo(ids);
    }
  }

  @Test
  void keepsFilesUntilTheyAreRemoved() throws IOException {
    String id = panel.deliver();
    try (Mailbox mailbox = panel.open()) {
      assertThat(panel.boot.now()).isPositive();
      Mailbox.Batch batch = mailbox.take(WAIT);
      assertThat(batch.mails()).extracting(mail -> mail.letter().id()).containsExactly(id);
      assertThat(files("new")).hasSize(1);
    }
    try (Mailbox again = panel.open()) {
      assertThat(panel.take(again, 1)).containsExactly(id);
    }
  }

  @Test
  void anEarlierBootComesFirstWhateverItsClockSays() throws IOException {
    String now = panel.deliver(Box.name(Box.THIS_BOOT, 5, 2_000));
    String second = panel.deliver(Box.name(Box.EARLIER_BOOT, 900_000_000_002L, 50));
    String first = panel.deliver(Box.name(Box.EARLIER_BOOT, 900_000_000_001L, 1_000));
    try (Mailbox mailbox = panel.open()) {
      assertThat(panel.take(mailbox, 3)).containsExactly(first, second, now);
    }
  }

  /** A name stamped after the look began may be shown before one that was stamped earlier. */
  @Test
  void aNameOfTheFutureIsLeftForTheNextLook() throws IOException {
    panel.deliver(Box.name(Box.THIS_BOOT, panel.clock + 1, 1));
    Scan scan = Scan.of(panel.folder.resolve("new"), panel.boot);
    assertThat(scan.names()).isEmpty();
    assertThat(scan.files()).isEqualTo(1);
    panel.clock += 2;
    assertThat(Scan.of(panel.folder.resolve("new"), panel.boot).names()).hasSize(1);
  }

  @Test
  void aLookHoldsTheOldestNamesOnly() throws IOException {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      ids.add(panel.deliver());
    }
    Scan scan = Scan.of(panel.folder.resolve("new"), panel.boot, 20);
    assertThat(scan.names()).extracting(MailName::id).isEqualTo(ids.subList(0, 20));
    assertThat(scan.more()).isTrue();
  }

  @Test
  void aCompleteFileOfAnEarlierBootThatIsStillHiddenIsTaken() throws IOException {
    MailName whole = Box.name(Box.EARLIER_BOOT, 1, 1);
    MailName torn = Box.name(Box.EARLIER_BOOT, 2, 2);
    MailName atWork = Box.name(Box.THIS_BOOT, 3, 3);
    panel.write("new", "." + whole, Box.record(whole));
    panel.write("new", "." + torn, java.util.Arrays.copyOf(Box.record(torn), 40));
    panel.write("new", "." + atWork, Box.record(atWork));
    try (Mailbox mailbox = panel.open()) {
      assertThat(panel.take(mailbox, 1)).containsExactly(whole.id());
      assertThat(mailbox.take(WAIT).isEmpty()).isTrue();
    }
    assertThat(files("new")).containsExactly("." + atWork);
  }

  /** Its name was on the disk and its content was not: the sync of both had not returned. */
  @Test
  void anEmptyFileOfAnEarlierBootWasNeverPromised() throws IOException {
    MailName torn = Box.name(Box.EARLIER_BOOT, 1, 1);
    MailName damaged = Box.name(Box.THIS_BOOT, 2, 2);
    panel.write("new", torn.toString(), new byte[0]);
    panel.write("new", damaged.toString(), new byte[0]);
    try (Mailbox mailbox = panel.open()) {
      assertThat(mailbox.take(WAIT).losses())
          .extracting(LostCall::id)
          .containsExactly(damaged.id());
    }
    assertThat(files("new")).isEmpty();
  }

  @Test
  void invalidFileIsQuarantinedAndReported() throws IOException {
    MailName name = Box.name(Box.THIS_BOOT, 1, 1);
    panel.write("new", name.toString(), new byte[] {1, 2, 3});
    panel.write("new", "x~", new byte[0]);
    String good = panel.deliver();
    try (Mailbox mailbox = panel.open()) {
      Mailbox.Batch batch = mailbox.take(WAIT);
      assertThat(batch.mails()).extracting(mail -> mail.letter().id()).containsExactly(good);
      assertThat(batch.losses())
          .extracting(LostCall::id, LostCall::reason)
          .containsExactly(org.assertj.core.groups.Tuple.tuple(name.id(), "damaged"));
    }
    assertThat(files("aside")).containsExactlyInAnyOrder(name.toString(), "x~");
  }

  @Test
  void linksPipesAndFoldersAreNeverOpened() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "root's");
    Path fresh = panel.folder.resolve("new");
    Files.createSymbolicLink(fresh.resolve(Box.name(Box.THIS_BOOT, 1, 1).toString()), secret);
    String pipe = fresh.resolve(Box.name(Box.THIS_BOOT, 2, 2).toString()).toString();
    assertThat(new ProcessBuilder("mkfifo", pipe).start().waitFor()).isZero();
    Files.createDirectory(fresh.resolve(Box.name(Box.THIS_BOOT, 3, 3).toString()));
    String good = panel.deliver();
    try (Mailbox mailbox = panel.open()) {
      assertThat(panel.take(mailbox, 1)).containsExactly(good);
    }
    assertThat(secret).hasContent("root's");
  }

  @Test
  void aFileThatDisagreesWithItsNameIsDamaged() throws IOException {
    MailName name = Box.name(Box.THIS_BOOT, 1, 1);
    panel.write("new", name.toString(), Box.record(Box.name(Box.THIS_BOOT, 1, 1)));
    try (Mailbox mailbox = panel.open()) {
      assertThat(mailbox.take(WAIT).losses()).hasSize(1);
    }
  }

  @Test
  void aMissingFolderIsSaid() {
    Box gone = panel;
    assertThatThrownBy(
            () ->
                Mailbox.open(
                    new Mailbox.Places(folder.resolve("no"), folder, folder, true), "", gone.boot))
        .isInstanceOf(IOException.class);
  }

  private List<String> files(String sub) throws IOException {
    try (Stream<Path> files = Files.list(panel.folder.resolve(sub))) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    }
  }
}
