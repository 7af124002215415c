package dev.hookbridge.api;

import java.time.Duration;
import java.util.List;

/** Reads published envelopes back from a broker. Used by one thread. */
public interface FeedReader extends AutoCloseable {

  /**
   * What arrived since the last call, in the order in which the broker gives it; waits up to the
   * time given for a first one. Attributes are those of the message, the route is {@code unknown}.
   *
   * @throws SinkException when the broker is gone; the reader is then of no more use
   */
  List<Envelope> poll(Duration wait) throws SinkException;

  /** Never throws. */
  @Override
  void close();
}
