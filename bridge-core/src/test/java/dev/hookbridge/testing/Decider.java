package dev.hookbridge.testing;

/** A decider's end as any client of the broker has it, without code of ours. */
public interface Decider extends AutoCloseable {

  /** The next request, waiting for it at most 30 s. */
  Request next();

  @Override
  void close();

  /** A request as such a client sees it. */
  interface Request {
    /** The correlation in hex. */
    String correlation();

    Seen event();

    /** How long the broker itself keeps it for, in ms; 0 when it knows no such thing. */
    long expiryMs();

    /**
     * @param correlation in hex; empty to send none
     */
    void reply(String correlation, byte[] body);
  }
}
