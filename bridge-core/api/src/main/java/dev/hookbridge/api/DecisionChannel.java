package dev.hookbridge.api;

/**
 * A live connection for decision requests and replies. It is separate from the connections of
 * sinks, so that neither waits for the other. Like a sink it is disposable: after {@link
 * Replies#broken} the agent closes it and opens another.
 *
 * <p><b>Threads.</b> Several threads may call {@link #ask} at the same time. It never waits for the
 * broker or the network. Any thread may call {@link #ready} and {@link #close}.
 *
 * <p>The abstract test {@code DecisionContract} tests every channel with a real broker.
 */
public interface DecisionChannel extends AutoCloseable {

  /**
   * Returns whether every reply to a request from now on will be received, as far as is known. The
   * channel must be connected, and must read from a known position. An open channel may become
   * ready later.
   */
  boolean ready();

  /**
   * Returns the largest {@link Envelope#size()} of a request, as far as is known. A larger request
   * is reported as failed.
   */
  default int maxEventBytes() {
    return Integer.MAX_VALUE;
  }

  /**
   * Sends a request. The sent event also has the attribute {@code rule}. The result is reported to
   * the {@link Replies} with which the channel was opened. A request without an answer is not
   * reported.
   */
  void ask(DecisionRequest request);

  /** Closes everything, within 2 s. Never throws. */
  @Override
  void close();
}
