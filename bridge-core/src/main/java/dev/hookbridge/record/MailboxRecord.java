package dev.hookbridge.record;

/** What a file of the mailbox tells: a hook was called, or what became of a call that was asked. */
public sealed interface MailboxRecord permits HookCall, GateOutcome {
  /** Its own id, a UUIDv7 the shim made. */
  String id();

  /** When the shim made it, ns since 1970 by its clock. */
  long time();

  /** {@code CLOCK_BOOTTIME} at the same moment, ns. */
  long boottime();
}
