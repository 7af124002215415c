package dev.hookbridge.http;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;

/**
 * One request and its response. It is used by one thread at a time; {@link #close} ends the
 * connection, which carries no second request.
 */
public interface Exchange extends AutoCloseable {
  /** As the client sent it, for instance {@code GET}. */
  String method();

  /** An absolute path, and a query where there is one. */
  URI target();

  Headers requestHeaders();

  /** To be filled before {@link #respond}. */
  Headers responseHeaders();

  /**
   * Begins the response.
   *
   * @param length of the body in bytes; 0 for a body of unknown length, -1 for no body
   * @throws IOException if it has already begun, or the client is gone
   */
  void respond(int status, long length) throws IOException;

  /**
   * Where the body is written to, once {@link #respond} was called. A body of known length is sent
   * by {@link #close}; one of unknown length is sent by each write.
   */
  OutputStream body();

  @Override
  void close();

  /** Answers the requests to one path. Several threads may call it. */
  @FunctionalInterface
  interface Handler {
    /** Closes the exchange, now or later from another thread. */
    void handle(Exchange exchange) throws IOException;
  }
}
