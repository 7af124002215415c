package dev.hookbridge.api;

import java.util.Locale;

/** Why an attempt did not succeed. Logs, metrics (label {@code reason}) and events use its word. */
public enum Reason {
  /** No connection: refused, reset, or the name cannot be resolved. */
  UNREACHABLE,
  /** The broker did not answer in time. */
  TIMEOUT,
  AUTHENTICATION,
  AUTHORIZATION,
  /**
   * The topic, exchange or queue does not exist. An operator must create it; the agent never does.
   */
  MISSING,
  CONFIGURATION,
  /** The broker rejects the event for now: a full queue, too few replicas, or throttling. */
  REJECTED,
  /** The broker accepts nothing for now: a memory or disk alarm. */
  BLOCKED,
  TOO_LARGE,
  /** The broker or the client cannot accept this event as it is. */
  INVALID,
  /** The exchange has no queue for the event. */
  UNROUTABLE,
  /** The connection or channel was closed. */
  CLOSED,
  /** Any other reason: a bug in the client library or in this program. */
  INTERNAL;

  /** Returns the word that metrics and events use, for instance {@code too_large}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
