package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The state of the mailbox, for people. It looks at names only, and opens or moves no file.
 *
 * @param files the number of complete records that wait
 * @param oldest how long the oldest of them has waited, by the boot's clock if it is of this boot;
 *     zero when none waits
 * @param ahead how far the wall clock of a record is ahead of now, which happens when the clock was
 *     set back; zero when no record is ahead
 * @param foreign the number of other names
 */
public record MailboxStatus(long files, Duration oldest, Duration ahead, long foreign) {

  /**
   * Scans {@code new} once.
   *
   * @param mail the folder that contains {@code new}
   * @throws IOException when the folder cannot be listed
   */
  public static MailboxStatus of(Path mail) throws IOException {
    return of(mail, Boot.ofKernel(), Clock.systemUTC());
  }

  static MailboxStatus of(Path mail, Boot boot, Clock clock) throws IOException {
    Count count = new Count(boot, clock.millis() * 1_000_000);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(mail.resolve("new"))) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (!CrashRecovery.isName(name)) {
          count.add(MailName.parse(name));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return new MailboxStatus(
        count.files, Duration.ofNanos(count.oldest), Duration.ofNanos(count.ahead), count.foreign);
  }

  private static final class Count {
    private final Boot boot;
    private final long now;
    private final long wall;
    private long files;
    private long oldest;
    private long ahead;
    private long foreign;

    private Count(Boot boot, long wall) {
      this.boot = boot;
      this.now = boot.now(); // read once: there may be a million files
      this.wall = wall;
    }

    private void add(@Nullable MailName name) {
      if (name == null) {
        foreign++;
        return;
      }
      files++;
      boolean ours = name.bootId().equals(boot.id());
      oldest = Math.max(oldest, ours ? now - name.boottime() : wall - name.time());
      ahead = Math.max(ahead, name.time() - wall);
    }
  }
}
