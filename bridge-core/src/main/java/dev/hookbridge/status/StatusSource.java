package dev.hookbridge.status;

/** Whoever knows how the agent is. */
@FunctionalInterface
public interface StatusSource {
  /**
   * How everything is now. Called once a second while somebody looks, by several threads; may read
   * the disk. Never throws: what cannot be known is not a number, or empty.
   */
  Snapshot snapshot();
}
