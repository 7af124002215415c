package dev.hookbridge.metrics;

import java.util.List;

/** What {@code /healthy} and {@code /ready} ask. Safe from any thread. */
public interface Health {
  /** A part of the agent and how it is; {@code detail} is one sentence or empty. */
  record Part(String name, boolean well, String detail) {}

  /** The agent's own threads; not well means that a restart would help. */
  List<Part> alive();

  /** Mailbox, spool and sinks; ready when each part but the sinks is well and one sink is. */
  List<Part> ready();
}
