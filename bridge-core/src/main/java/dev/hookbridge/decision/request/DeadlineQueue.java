package dev.hookbridge.decision.request;

import java.util.PriorityQueue;

/** What is to be done at a moment, by the thread that runs it. Safe between threads. */
public final class DeadlineQueue {
  private record Task(long at, Runnable what) {}

  // nanoTime may be negative and may wrap, so moments are compared by their difference.
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>((a, b) -> Long.signum(a.at() - b.at()));

  /**
   * Runs a task at a moment, or as soon as possible after it.
   *
   * @param moment by {@link System#nanoTime}
   */
  public synchronized void at(long moment, Runnable what) {
    tasks.add(new Task(moment, what));
  }

  /** Does what is due. */
  public void run() {
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
  public synchronized long next(long most) {
    Task first = tasks.peek();
    return first == null ? most : Math.max(0, Math.min(most, first.at() - System.nanoTime()));
  }
}
