package dev.hookbridge.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Computes pauses that double from the first to the longest. Each pause is shortened by a random
 * part, up to 20 %, so that hosts do not retry at the same time.
 */
public final class Backoff {
  private final long first;
  private final long longest;
  private int attempts;

  public Backoff(Duration first, Duration longest) {
    this.first = first.toNanos();
    this.longest = longest.toNanos();
  }

  /** Returns the next pause in ns. */
  public long next() {
    return next(longest);
  }

  /** Returns the next pause in ns, limited to {@code most}. */
  long next(long most) {
    long pause = Math.min(Math.min(most, longest), first << Math.min(attempts++, 20));
    return pause - (long) (pause * 0.2 * ThreadLocalRandom.current().nextDouble());
  }

  /** Restarts with the first pause, after a success. */
  public void reset() {
    attempts = 0;
  }
}
