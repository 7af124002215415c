package dev.hookbridge.agent;

/** The moments between which a crash must lose nothing; a test ends the process at each of them. */
enum Step {
  /** Calls were read, nothing is stored. */
  TAKEN,
  /** Their events are committed, their files still lie in the mailbox. */
  STORED,
  /** The files are removed, durably; their ids are still remembered. */
  REMOVED,
  /** The ids may be forgotten with the next transaction. */
  FORGOTTEN,
  /** Confirmations were saved and confirmed events trimmed. */
  SAVED
}
