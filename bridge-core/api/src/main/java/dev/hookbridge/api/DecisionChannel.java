package dev.hookbridge.api;

/**
 * A live connection over which deciders are asked and heard: apart from every sink's, so that
 * neither waits for the other. Disposable like a sink: once it has told {@link Replies#broken} it
 * is closed and another is opened.
 *
 * <p><b>Threads.</b> {@link #ask} may be called by several threads at a time and never waits for
 * the broker or the network; {@link #ready} and {@link #close} may be called by any.
 *
 * <p>The abstract test {@code DecisionContract} examines every channel, on a real broker.
 */
public interface DecisionChannel extends AutoCloseable {

  /**
   * Whether every reply to what is asked from now on will be heard, as far as is known: connected,
   * and reading from a known place. A channel that is open may become ready later.
   */
  boolean ready();

  /**
   * The largest {@link Envelope#size()} that can be asked about, as far as is known. A larger
   * request is told as failed.
   */
  default int maxEventBytes() {
    return Integer.MAX_VALUE;
  }

  /**
   * Sends a request on its way. The event that is sent has the attribute {@code rule} besides. What
   * becomes of it is told by the {@link Replies} the channel was opened with; a request that is
   * merely not answered is told by nothing.
   */
  void ask(DecisionRequest request);

  /** Lets everything go, in at most 2 s. Never throws. */
  @Override
  void close();
}
