package dev.hookbridge.metrics;

import java.util.List;

/** The state that {@code /healthy} and {@code /ready} show. Safe for any thread. */
public interface Health {
  /** A part of the agent and its state; {@code detail} is one sentence or empty. */
  record Part(String name, boolean well, String detail) {}

  /**
   * Returns the state of the agent's own threads. A part that is not well means that a restart
   * would help.
   */
  List<Part> alive();

  /**
   * Returns the state of mailbox, spool and sinks. The agent is ready if all parts except the sinks
   * are well and at least one sink is well.
   */
  List<Part> ready();
}
