package dev.hookbridge.api;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The deciders' end: takes requests and sends replies, for {@code hookbridge decide}. */
public interface DecisionFeed extends AutoCloseable {

  /**
   * The next request, waiting up to the time given. Called by one thread. A request is given to one
   * member of the group only, as far as the broker can do that.
   *
   * @throws SinkException when the broker is gone; the feed is then of no more use
   */
  Optional<Asked> poll(Duration wait) throws SinkException;

  /** Never throws. */
  @Override
  void close();

  /** A request, and the way back. */
  interface Asked {
    /**
     * The event, with the attribute {@code rule}. Whether it has expired is for the caller to see.
     */
    Envelope event();

    /**
     * Sends the reply, null for none; by any thread, once.
     *
     * @throws SinkException when it could not be sent
     */
    void reply(byte @Nullable [] body) throws SinkException;
  }
}
