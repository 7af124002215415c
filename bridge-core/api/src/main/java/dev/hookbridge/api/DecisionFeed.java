package dev.hookbridge.api;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The deciders' side of a decision: receives requests and sends replies, for {@code hookbridge
 * decide}.
 */
public interface DecisionFeed extends AutoCloseable {

  /**
   * Returns the next request. Waits for it, but not longer than {@code wait}. Only one thread calls
   * this method. Only one member of the group gets a request, if the broker supports that.
   *
   * @throws SinkException when the connection to the broker is lost; the feed is then unusable
   */
  Optional<Asked> poll(Duration wait) throws SinkException;

  /** Closes the feed. Never throws. */
  @Override
  void close();

  /** A request that can be answered. */
  interface Asked {
    /**
     * Returns the event, with the attribute {@code rule}. The caller checks whether it has expired.
     */
    Envelope event();

    /**
     * Sends the reply. Can be called on any thread, once.
     *
     * @param body the reply; null sends none
     * @throws SinkException when the reply could not be sent
     */
    void reply(byte @Nullable [] body) throws SinkException;
  }
}
