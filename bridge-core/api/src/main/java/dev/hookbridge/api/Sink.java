package dev.hookbridge.api;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A live connection that publishes envelopes to one broker. A sink is disposable: opening it
 * connects, the first serious failure ends it with {@link Outcome.Broken}, and the sink worker
 * opens another.
 *
 * <p><b>Threads.</b> One sink worker thread calls all methods, one at a time. Outcomes may arrive
 * on any thread, also before {@link #send} returns. The sink worker's consumer is quick, never
 * blocks and never throws.
 *
 * <p><b>Outcomes.</b> Every envelope gets at most one outcome. It is {@link Outcome.Confirmed} only
 * when the broker has acknowledged the envelope. A client's own delivery timeout is not an outcome.
 * Once any outcome was {@link Outcome.Broken}, or {@link #close} was called, the result of
 * envelopes without an outcome is unknown, and may stay unknown.
 *
 * <p><b>Order.</b> Among the envelopes of one {@linkplain #orderingKey ordering key}, the first
 * occurrences become visible to consumers in the order of {@code send}. So an envelope that is not
 * confirmed must not have a later envelope of its key visible or in flight. A sink that cannot
 * guarantee this allows {@linkplain Ordering#ONE_BY_ONE one unconfirmed envelope} per key, or
 * breaks.
 *
 * <p>The abstract test {@code SinkContract} tests every sink for this, with a real broker.
 */
public interface Sink extends AutoCloseable {

  /** How the envelopes of an ordering key may be sent. */
  enum Ordering {
    /** Several envelopes of a key may be unconfirmed at the same time. */
    PIPELINED,
    /** The next envelope of a key is sent after the outcome of the one before. */
    ONE_BY_ONE
  }

  /** Returns how the envelopes of an ordering key may be sent. */
  Ordering ordering();

  /**
   * Returns the ordering key of an envelope: the part of the broker that keeps its order, for
   * instance a key or a partition.
   */
  String orderingKey(Envelope envelope);

  /**
   * Returns the largest {@link Envelope#size()} that the broker accepts, as far as is known. It is
   * the client's limit at first, and lower once the broker has refused an envelope. A sink need not
   * check whether the limit was raised: the sink worker opens another sink when the limit may be
   * outdated.
   */
  int maxEventBytes();

  /**
   * Sends an envelope to the broker. May block for at most 5 s. Does not throw for a failure of the
   * broker or the network: that is an outcome.
   */
  void send(Envelope envelope, Consumer<Outcome> outcome);

  /**
   * Returns why the broker accepts and confirms nothing for now, as the broker itself reports it
   * (an alarm), in one sentence. Returns null when it reports nothing. Not used while nothing is
   * unconfirmed.
   */
  default @Nullable String blocked() {
    return null;
  }

  /** Returns where the events go, for the log: the broker and the place there, without a secret. */
  default String destination() {
    return "";
  }

  /**
   * Sends the events that the sink collected to send them together. The sink worker calls this
   * method when it has no more events to send. It then calls it again at least every 100 ms while
   * an event is unconfirmed, and otherwise every second.
   */
  default void flush() {}

  /** Closes everything within 2 s, without waiting for outcomes. Never throws. */
  @Override
  void close();
}
