package dev.hookbridge.record;

/** A record in a file of the mailbox: a call of a hook, or the outcome of a decision. */
public sealed interface MailboxRecord permits HookCall, GateOutcome {
  /** Returns the record's own id, a UUIDv7 that the shim made. */
  String id();

  /** Returns the time when the shim made the record, ns since 1970 by its clock. */
  long time();

  /** Returns {@code CLOCK_BOOTTIME} at the same time, ns. */
  long boottime();
}
