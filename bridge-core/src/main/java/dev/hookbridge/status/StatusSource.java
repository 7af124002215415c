package dev.hookbridge.status;

/** Provides the state of the agent. */
@FunctionalInterface
public interface StatusSource {
  /**
   * Returns the current state. Several threads call it, once per second while there are viewers. It
   * may read the disk. It never throws an exception: an unknown value is NaN or empty.
   */
  Snapshot snapshot();
}
