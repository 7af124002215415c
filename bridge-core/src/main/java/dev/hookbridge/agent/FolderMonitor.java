package dev.hookbridge.agent;

import dev.hookbridge.config.HostPaths;
import dev.hookbridge.mailbox.MailboxStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Checks the agent's directories every second: the number of files in the mailbox, the age of the
 * oldest, and whether the directories are writable. It shares nothing with the threads that ingest
 * and store calls, so it continues to count when they hang. Readers get the last result and never
 * wait for a disk.
 *
 * <p>One thread, named {@code lookout}.
 */
final class FolderMonitor implements Runnable {
  private static final long PAUSE = Duration.ofSeconds(1).toNanos();

  /**
   * Ratio of pause to work. A look at a million files takes seconds, so most of the time is left to
   * other work.
   */
  private static final int REST = 10;

  private final HostPaths places;
  private final Watchdog watchdog = new Watchdog("its folders cannot be looked at");
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile Look last;

  /**
   * The result of one check.
   *
   * @param at the time of the check, by {@code nanoTime}
   * @param mailbox the problem of the mailbox's directories, empty if there is none
   * @param spool the problem of the spool's directory, empty if there is none
   */
  private record Look(long at, MailboxStatus sight, String mailbox, String spool) {}

  FolderMonitor(HostPaths places, MeterRegistry registry) {
    this.places = places;
    this.last = look(new MailboxStatus(0, Duration.ZERO, Duration.ZERO, 0));
    Gauge.builder("hookbridge.mailbox.files", this, FolderMonitor::files)
        .description("Files that wait in the mailbox, counted every second")
        .register(registry);
    Gauge.builder("hookbridge.mailbox.oldest", this, FolderMonitor::oldestSeconds)
        .baseUnit("seconds")
        .description("How long the oldest file in the mailbox has waited")
        .register(registry);
  }

  @Override
  public void run() {
    long begun;
    do {
      begun = System.nanoTime();
      watchdog.begin();
      try {
        last = look(MailboxStatus.of(places.mail()));
      } catch (IOException | RuntimeException e) {
        last = new Look(last.at, last.sight, "the mailbox cannot be listed: " + e, last.spool);
      } finally {
        watchdog.end();
      }
    } while (!await(Math.max(PAUSE, REST * (System.nanoTime() - begun))));
  }

  private Look look(MailboxStatus sight) {
    return new Look(
        System.nanoTime(),
        sight,
        unwritable(places.mail().resolve("new")),
        unwritable(places.spool()));
  }

  private static String unwritable(Path folder) {
    return Files.isWritable(folder) ? "" : folder + " cannot be written";
  }

  private boolean await(long nanos) {
    try {
      return stopped.await(nanos, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  /** Returns the number of files in the mailbox. */
  long files() {
    return last.sight.files();
  }

  /**
   * Returns how long the oldest file has waited, or 0 if no file waits. The value grows between two
   * checks.
   */
  double oldestSeconds() {
    Look seen = last;
    if (seen.sight.files() == 0) {
      return 0;
    }
    return seen.sight.oldest().plusNanos(System.nanoTime() - seen.at).toMillis() / 1000.0;
  }

  /** Returns the problem of the mailbox's directories, or an empty string. */
  String mailbox() {
    return last.mailbox.isEmpty() ? watchdog.problem() : last.mailbox;
  }

  /** Returns the problem of the spool's directory, or an empty string. */
  String spool() {
    return last.spool;
  }

  void stop() {
    stopped.countDown();
  }
}
