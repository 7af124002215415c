package dev.hookbridge.api;

import java.time.Duration;
import java.util.List;

/** Reads published envelopes back from a broker. Used by one thread. */
public interface FeedReader extends AutoCloseable {

  /**
   * Returns what arrived since the last call, in the order of the broker. Waits for the first
   * envelope, but not longer than {@code wait}. The attributes are those of the message. The route
   * is {@code unknown}.
   *
   * @throws SinkException when the connection to the broker is lost; the reader is then unusable
   */
  List<Envelope> poll(Duration wait) throws SinkException;

  /** Closes the reader. Never throws. */
  @Override
  void close();
}
