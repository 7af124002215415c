package dev.hookbridge.api;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A live connection that publishes envelopes to one broker. A sink is disposable: opening it
 * connects, the first serious failure ends it with {@link Outcome.Broken}, and the sink worker
 * opens another.
 *
 * <p><b>Threads.</b> One sink worker thread calls all methods, none at the same time. Outcomes may
 * arrive on any thread, also before {@link #send} returns; the sink worker's consumer is quick,
 * never blocks and never throws.
 *
 * <p><b>Outcomes.</b> Every envelope gets at most one outcome. {@link Outcome.Confirmed} only when
 * the broker has acknowledged it: a client's own delivery timeout is not an end. Once any outcome
 * was {@link Outcome.Broken}, or {@link #close} was called, envelopes without one are unknown and
 * may stay so for ever.
 *
 * <p><b>Order.</b> Among the envelopes of one {@linkplain #lane lane}, the first occurrences become
 * visible to consumers in the order of {@code send}. An envelope whose outcome is not confirmed
 * must therefore have no successor of its lane visible or on its way: a sink that cannot be sure
 * allows {@linkplain Ordering#ONE_BY_ONE one unconfirmed envelope} per lane, or breaks.
 *
 * <p>The abstract test {@code SinkContract} examines every sink for this, on a real broker.
 */
public interface Sink extends AutoCloseable {

  /** How a lane may be used. */
  enum Ordering {
    /** Several unconfirmed envelopes may follow one another on a lane. */
    PIPELINED,
    /** The next envelope of a lane is sent after the outcome of the one before. */
    ONE_BY_ONE
  }

  Ordering ordering();

  /** The stretch of the broker that keeps order for this envelope: its key, its partition. */
  String lane(Envelope envelope);

  /**
   * The largest {@link Envelope#size()} the broker takes, as far as is known: the client's limit
   * first, lower once the broker has refused. A sink need not look whether it was raised: the sink
   * worker opens another one when it has reason to doubt.
   */
  int maxEventBytes();

  /**
   * Hands an envelope to the broker. May block for at most 5 s; does not throw for what the broker
   * or the network does, that is an outcome.
   */
  void send(Envelope envelope, Consumer<Outcome> outcome);

  /**
   * What the broker itself says of why it takes and confirms nothing for now (an alarm), one
   * sentence; null when it says nothing. Of no interest while nothing is unconfirmed.
   */
  default @Nullable String blocked() {
    return null;
  }

  /** Where its events go, for the log: broker and place there, without a secret. */
  default String destination() {
    return "";
  }

  /** Nothing more is at hand for the moment: a sink that gathers writes lets them go. */
  default void flush() {}

  /** Lets everything go at once, in at most 2 s and without waiting for outcomes. Never throws. */
  @Override
  void close();
}
