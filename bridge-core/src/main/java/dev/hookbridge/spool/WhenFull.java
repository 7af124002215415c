package dev.hookbridge.spool;

/**
 * What is dropped when the spool has reached its limit. A {@code lost} event reports the drop in
 * both cases.
 */
public enum WhenFull {
  /** Drops the oldest events, even if a sink still waits for them. The new events are stored. */
  DROP_OLDEST,
  /** Drops the new events. */
  DROP_NEWEST
}
