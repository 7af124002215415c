package dev.hookbridge.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A long mailbox is taken in by a process that could not hold its names. */
@Tag("slow")
class ManyFilesTest {
  private static final int FILES = Boolean.getBoolean("hookbridge.full") ? 1_000_000 : 100_000;

  @TempDir Path folder;

  @Test
  void aLongMailboxNeedsNoMemory() throws Exception {
    Box panel = new Box(folder.resolve("mail"));
    Path out = folder.resolve("out.txt");
    for (int i = 1; i <= FILES; i++) {
      MailName name = Box.name(Box.EARLIER_BOOT, i, i);
      panel.write("new", name.toString(), Box.record(name));
    }
    Process taker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Taker.class.getName(),
                panel.folder.toString())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    assertThat(taker.waitFor(60, TimeUnit.MINUTES)).isTrue();
    assertThat(taker.exitValue()).as(Files.readString(out)).isZero();
    System.out.print(Files.readString(out));
    assertThat(Files.readString(out)).contains(FILES + " calls in order");
  }

  /** A process with a heap of 24 MiB, in which a million names would need 150. */
  static final class Taker {
    private Taker() {}

    public static void main(String[] arguments) throws IOException {
      Path mail = Path.of(arguments[0]);
      Mailbox.Places places =
          new Mailbox.Places(mail, mail.resolve("aside"), mail.resolve("lost"), true);
      long begin = System.nanoTime();
      long last = 0;
      try (Mailbox mailbox = Mailbox.open(places, "")) {
        for (Mailbox.Batch batch = next(mailbox); !batch.isEmpty(); batch = next(mailbox)) {
          for (MailboxEntry mail2 : batch.mails()) {
            if (mail2.letter().boottime() != last + 1) {
              throw new IllegalStateException(last + " then " + mail2.letter().boottime());
            }
            last++;
          }
          mailbox.remove(batch.mails(), () -> {});
        }
      }
      long seconds = Math.max(1, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
      Map<String, String> status = status();
      System.out.printf(
          "%d calls in order, %d a second, peak RSS %s%n",
          last, last / seconds, status.get("VmHWM"));
    }

    /** An empty batch before the first look is over is no end. */
    private static Mailbox.Batch next(Mailbox mailbox) throws IOException {
      Mailbox.Batch batch = mailbox.take(Duration.ofMillis(100));
      while (batch.isEmpty() && !mailbox.caughtUp()) {
        batch = mailbox.take(Duration.ofMillis(100));
      }
      return batch;
    }

    private static Map<String, String> status() throws IOException {
      Map<String, String> status = new java.util.HashMap<>();
      for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
        String[] parts = line.split(":\\s+", 2);
        status.put(parts[0], parts.length > 1 ? parts[1] : "");
      }
      return status;
    }
  }
}
