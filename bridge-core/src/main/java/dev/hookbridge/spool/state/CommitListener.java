package dev.hookbridge.spool.state;

import dev.hookbridge.api.Envelope;

/** Hears of events once they are durable. */
@FunctionalInterface
public interface CommitListener {
  /**
   * An event has been stored under a number. Called in the order of the numbers, while the spool
   * can take in nothing else: quick, never throws, and does not call the spool.
   *
   * @param event as it was appended, without {@code sequence} and {@code epoch}
   */
  void stored(long sequence, Envelope event);
}
