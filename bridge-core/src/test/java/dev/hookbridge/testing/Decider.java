package dev.hookbridge.testing;

/** A decider that uses a plain client of the broker, without code of this project. */
public interface Decider extends AutoCloseable {

  /** Waits for the next request, at most 30 s. */
  Request next();

  @Override
  void close();

  /** A request as a plain client sees it. */
  interface Request {
    /** Returns the correlation ID in hex. */
    String correlation();

    /** Returns the event. */
    Seen event();

    /**
     * Returns how long the broker itself keeps the request, in ms. Returns 0 when the broker has no
     * such feature.
     */
    long expiryMs();

    /**
     * Sends a reply.
     *
     * @param correlation the correlation ID in hex; empty to send none
     */
    void reply(String correlation, byte[] body);
  }
}
