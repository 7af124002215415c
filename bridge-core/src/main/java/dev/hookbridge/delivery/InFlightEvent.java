package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import dev.hookbridge.mailbox.ByteBudget;
import org.jspecify.annotations.Nullable;

/** An event in a sink's window. Only the sink worker's thread uses it. */
final class InFlightEvent implements Comparable<InFlightEvent> {
  final long sequence;
  final OrderingKey key;

  /**
   * The stored envelope. It is null after it was sent, and while its key is stuck and memory is
   * short.
   */
  @Nullable Envelope envelope;

  /** The bytes of the window that it uses while it is unconfirmed. */
  int size;

  /** How far refusals of the broker have reduced it. */
  Reduction.Step step = Reduction.Step.NONE;

  long sentAt;

  /** The route; set when it is sent. */
  @Nullable Route route;

  /** Whether it is a replayed dead letter; set when it is sent. */
  boolean replayed;

  /** Its share of the byte budget while its data is in memory. */
  ByteBudget.@Nullable Share share;

  InFlightEvent(long sequence, OrderingKey key, Envelope envelope) {
    this.sequence = sequence;
    this.key = key;
    this.envelope = envelope;
    this.size = envelope.size();
  }

  /** Releases its share, because its data is no longer in memory. */
  void release() {
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
