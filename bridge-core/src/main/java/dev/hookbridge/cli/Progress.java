package dev.hookbridge.cli;

import java.util.concurrent.TimeUnit;

/**
 * Prints the progress of a long operation to stderr: at most one line per second, and one at the
 * end.
 */
final class Progress {
  private final String verb;
  private final long all;
  private long done;
  private long shownAt = System.nanoTime();

  Progress(String verb, long all) {
    this.verb = verb;
    this.all = all;
  }

  /** Counts processed events, and prints a line when one is due. */
  void add(long more) {
    done += more;
    if (System.nanoTime() - shownAt > TimeUnit.SECONDS.toNanos(1)) {
      shownAt = System.nanoTime();
      System.err.printf("%s %d of %d events%n", verb, done, Math.max(all, done));
    }
  }

  /** Prints the final line. */
  void end() {
    System.err.printf("%s %d events%n", verb, done);
  }
}
