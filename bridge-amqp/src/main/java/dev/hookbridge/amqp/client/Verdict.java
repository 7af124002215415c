package dev.hookbridge.amqp.client;

import dev.hookbridge.api.Reason;

/**
 * One row of the table in {@link AmqpErrors}.
 *
 * @param level what has ended
 * @param alone the outcome of an event that was the only one in flight; with several in flight the
 *     sink is {@link Alone#BROKEN}, because the failing event is unknown
 * @param suspect whether one of several events may be the cause
 */
record Verdict(Level level, Alone alone, Reason reason, boolean suspect) {
  enum Level {
    /** Nothing ended. The broker returned one message. */
    RETURN,
    CHANNEL,
    CONNECTION,
    /** The client gave up by itself or because of the network. The connection has ended. */
    CLIENT
  }

  enum Alone {
    HELD,
    REFUSED,
    BROKEN
  }
}
