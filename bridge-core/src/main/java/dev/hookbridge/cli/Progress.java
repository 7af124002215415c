package dev.hookbridge.cli;

import java.util.concurrent.TimeUnit;

/** A line a second on stderr while something long is under way, and one at its end. */
final class Progress {
  private final String verb;
  private final long all;
  private long done;
  private long shownAt = System.nanoTime();

  Progress(String verb, long all) {
    this.verb = verb;
    this.all = all;
  }

  void add(long more) {
    done += more;
    if (System.nanoTime() - shownAt > TimeUnit.SECONDS.toNanos(1)) {
      shownAt = System.nanoTime();
      System.err.printf("%s %d of %d events%n", verb, done, Math.max(all, done));
    }
  }

  void end() {
    System.err.printf("%s %d events%n", verb, done);
  }
}
