package dev.hookbridge.agent;

import java.time.Duration;

/**
 * Knows for how long a thread has been at work that waits for a disk, so that others can tell a
 * thread that hangs. Written by one thread, read by any.
 */
final class Watchdog {
  /** A commit that has to wait for its turn may take a while; no disk that works takes as long. */
  private static final long LONGEST = Duration.ofSeconds(15).toNanos();

  private final String what;
  private volatile boolean working;
  private volatile long since;

  /**
   * @param what is wrong when it hangs, the beginning of a sentence
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

  /** One sentence when the work under way has lasted for too long; else empty. */
  String problem() {
    long lasted = System.nanoTime() - since;
    return working && lasted > LONGEST
        ? what + ", for " + lasted / 1_000_000_000 + " s so far: look at the disk"
        : "";
  }
}
