package dev.hookbridge.amqp.client;

import dev.hookbridge.api.Reason;

/**
 * One row of {@link AmqpErrors}.
 *
 * @param level what has ended
 * @param alone what becomes of an event that was the only one under way; among several the sink is
 *     {@link Alone#BROKEN}, as nobody can say which of them was meant
 * @param suspect whether one of several may have caused it
 */
record Verdict(Level level, Alone alone, Reason reason, boolean suspect) {
  enum Level {
    /** Nothing: the broker gave one message back. */
    RETURN,
    CHANNEL,
    CONNECTION,
    /** The client gave up, by itself or for what the network did; the connection has ended. */
    CLIENT
  }

  enum Alone {
    HELD,
    REFUSED,
    BROKEN
  }
}
