package dev.hookbridge.agent;

/** The points between which a crash must lose no event. A test ends the process at each of them. */
enum IntakeStep {
  /** Calls are read. Nothing is stored. */
  TAKEN,
  /** The events are committed. Their files are still in the mailbox. */
  STORED,
  /** The files are removed. A power cut could bring them back, so the ids are still remembered. */
  REMOVED,
  /** The removal is durable. The ids may be forgotten with the next transaction. */
  FORGOTTEN,
  /** Confirmations are saved and confirmed events are trimmed. */
  SAVED
}
