package dev.hookbridge.decision;

import java.util.PriorityQueue;

/** What is to be done at a moment, by the thread that runs it. Safe between threads. */
final class DeadlineQueue {
  private record Task(long at, Runnable what) {}

  // nanoTime may be negative and may wrap, so moments are compared by their difference.
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>((a, b) -> Long.signum(a.at() - b.at()));

  /**
   * @param moment by {@link System#nanoTime}
   */
  synchronized void at(long moment, Runnable what) {
    tasks.add(new Task(moment, what));
  }

  /** Does what is due. */
  void run() {
    for (Runnable due = due(); due != null; due = due()) {
      due.run();
    }
  }

  private synchronized @org.jspecify.annotations.Nullable Runnable due() {
    Task first = tasks.peek();
    if (first == null || first.at() - System.nanoTime() > 0) {
      return null;
    }
    tasks.remove();
    return first.what();
  }

  /** How long until something is due, in ns, at most {@code most}. */
  synchronized long next(long most) {
    Task first = tasks.peek();
    return first == null ? most : Math.max(0, Math.min(most, first.at() - System.nanoTime()));
  }
}
