package dev.hookbridge.decision.request;

import java.util.PriorityQueue;

/**
 * A queue of tasks with deadlines. The thread that calls {@link #run} executes them. Thread-safe.
 */
public final class DeadlineQueue {
  private record Task(long at, Runnable what) {}

  // nanoTime may be negative and may overflow, so the code compares times by their difference.
  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>((a, b) -> Long.signum(a.at() - b.at()));

  /**
   * Adds a task, to be run at a given time or as soon as possible after it.
   *
   * @param moment the time, by {@link System#nanoTime}
   */
  public synchronized void at(long moment, Runnable what) {
    tasks.add(new Task(moment, what));
  }

  /** Runs all tasks that are due. */
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

  /** Returns the time until the next task is due, in ns, at most {@code most}. */
  public synchronized long next(long most) {
    Task first = tasks.peek();
    return first == null ? most : Math.max(0, Math.min(most, first.at() - System.nanoTime()));
  }
}
