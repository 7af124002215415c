package dev.hookbridge.delivery;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Pauses that double from the first to the longest, each shifted a little so that hosts spread. */
public final class Backoff {
  private final long first;
  private final long longest;
  private int attempts;

  public Backoff(Duration first, Duration longest) {
    this.first = first.toNanos();
    this.longest = longest.toNanos();
  }

  /** The next pause in ns. */
  public long next() {
    return next(longest);
  }

  /** The next pause in ns, at most so long. */
  long next(long most) {
    long pause = Math.min(Math.min(most, longest), first << Math.min(attempts++, 20));
    return pause - (long) (pause * 0.2 * ThreadLocalRandom.current().nextDouble());
  }

  /** It went well: begin again with the first pause. */
  public void reset() {
    attempts = 0;
  }
}
