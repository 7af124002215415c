package dev.hookbridge.delivery;

import java.time.Duration;
import java.util.PriorityQueue;

/**
 * A stretch of the broker that keeps order: events of one lane leave by number, and one that is
 * held keeps those behind it waiting.
 */
final class OrderingKey {
  final String name;
  final PriorityQueue<InFlightEvent> waiting = new PriorityQueue<>();
  final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(60));
  int unconfirmed;
  long unconfirmedBytes;

  /** {@link System#nanoTime} before which nothing is sent; meaningful while {@link #held}. */
  long retryAt;

  boolean held;

  /** Whether it stands in the window's queue of lanes that may send. */
  boolean queued;

  /** Whether it tries for the others of a {@link RejectionBackoff}: one event at a time. */
  boolean trying;

  OrderingKey(String name) {
    this.name = name;
  }

  boolean idle() {
    return waiting.isEmpty() && unconfirmed == 0;
  }
}
