package dev.hookbridge.spool.state;

import dev.hookbridge.api.Envelope;

/** Receives events once they are durable. */
@FunctionalInterface
public interface CommitListener {
  /**
   * Reports that an event was stored. Called in the order of the sequence numbers. The spool can
   * store nothing else during the call, so an implementation must be quick, never throws, and does
   * not call the spool.
   *
   * @param event the event as it was appended, without {@code sequence} and {@code epoch}
   */
  void stored(long sequence, Envelope event);
}
