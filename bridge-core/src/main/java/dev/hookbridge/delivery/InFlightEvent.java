package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import dev.hookbridge.mailbox.ByteBudget;
import org.jspecify.annotations.Nullable;

/** One event on its way through a window. Used by the sink worker's thread alone. */
final class InFlightEvent implements Comparable<InFlightEvent> {
  final long sequence;
  final OrderingKey lane;

  /** The stored envelope; null once it was sent, or while a lane is stuck and memory is short. */
  @Nullable Envelope envelope;

  /** Bytes it holds of the window while it is unconfirmed. */
  int size;

  /** How far the broker's refusals have reduced it. */
  Reduction.Step step = Reduction.Step.NONE;

  long sentAt;

  /** Where it is routed to; known once it was sent. */
  @Nullable Route route;

  /** Whether it was a dead letter before; known once it was sent. */
  boolean replayed;

  /** Its part of the byte budget while its data is in memory. */
  ByteBudget.@Nullable Share share;

  InFlightEvent(long sequence, OrderingKey lane, Envelope envelope) {
    this.sequence = sequence;
    this.lane = lane;
    this.envelope = envelope;
    this.size = envelope.size();
  }

  /** Its data is no longer in memory. */
  void letGo() {
    if (share != null) {
      share.close();
      share = null;
    }
  }

  @Override
  public int compareTo(InFlightEvent other) {
    return Long.compare(sequence, other.sequence);
  }
}
