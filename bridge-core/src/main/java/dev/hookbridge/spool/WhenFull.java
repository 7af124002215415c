package dev.hookbridge.spool;

/** What goes when the spool has reached its bound. Either is told by a {@code lost} event. */
public enum WhenFull {
  /** The oldest events go, whether or not a sink still waits for them; the new ones are taken. */
  DROP_OLDEST,
  /** The new events go. */
  DROP_NEWEST
}
