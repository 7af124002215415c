package dev.hookbridge.agent;

import java.time.Duration;

/**
 * Measures how long a thread has waited for a disk, so that other threads can detect a hang. One
 * thread writes, any thread reads.
 */
final class Watchdog {
  /**
   * Longest normal wait. A commit may have to wait for its turn, but on a working disk it takes
   * less.
   */
  private static final long LONGEST = Duration.ofSeconds(15).toNanos();

  private final String what;
  private volatile boolean working;
  private volatile long since;

  /**
   * Creates a watchdog.
   *
   * @param what the problem when the thread hangs, as the beginning of a sentence
   */
  Watchdog(String what) {
    this.what = what;
  }

  void begin() {
    since = System.nanoTime();
    working = true;
  }

  void end() {
    working = false;
  }

  /** Returns a sentence if the current work has lasted too long, otherwise an empty string. */
  String problem() {
    long lasted = System.nanoTime() - since;
    return working && lasted > LONGEST
        ? what + ", for " + lasted / 1_000_000_000 + " s so far: look at the disk"
        : "";
  }
}
