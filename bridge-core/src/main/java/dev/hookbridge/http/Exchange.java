package dev.hookbridge.http;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;

/**
 * One request and its response. Only one thread at a time may use it. {@link #close} ends the
 * connection, which carries no second request.
 */
public interface Exchange extends AutoCloseable {
  /** Returns the method as the client sent it, for example {@code GET}. */
  String method();

  /** Returns the absolute path, with the query if there is one. */
  URI target();

  Headers requestHeaders();

  /** Returns the headers of the response. Fill them before {@link #respond}. */
  Headers responseHeaders();

  /**
   * Begins the response.
   *
   * @param length the length of the body in bytes; 0 for a body of unknown length, -1 for no body
   * @throws IOException if the response has already begun, or the client is gone
   */
  void respond(int status, long length) throws IOException;

  /**
   * Returns the stream for the body. Call {@link #respond} first. {@link #close} sends a body of
   * known length. Each write sends a part of a body of unknown length.
   */
  OutputStream body();

  @Override
  void close();

  /** Answers the requests to one path. Several threads may call it. */
  @FunctionalInterface
  interface Handler {
    /** Handles a request. It closes the exchange, now or later from another thread. */
    void handle(Exchange exchange) throws IOException;
  }
}
