package dev.hookbridge.delivery;

import java.time.Duration;
import java.util.PriorityQueue;

/**
 * An ordering key of a sink, for instance a partition. Its events are sent in the order of their
 * sequence numbers. A held event blocks the later events of the key.
 */
final class OrderingKey {
  final String name;
  final PriorityQueue<InFlightEvent> waiting = new PriorityQueue<>();
  final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(60));
  int unconfirmed;
  long unconfirmedBytes;

  /** The {@link System#nanoTime} before which nothing is sent. Valid only while {@link #held}. */
  long retryAt;

  boolean held;

  /** Whether the key is in the window's queue of keys that may send. */
  boolean queued;

  /**
   * Whether the key tries for all keys of a {@link RejectionBackoff}: it sends one event at a time.
   */
  boolean trying;

  OrderingKey(String name) {
    this.name = name;
  }

  boolean idle() {
    return waiting.isEmpty() && unconfirmed == 0;
  }
}
