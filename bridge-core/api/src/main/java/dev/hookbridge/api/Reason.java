package dev.hookbridge.api;

import java.util.Locale;

/** Why an attempt did not succeed; the word in logs, in metrics ({@code reason}) and in events. */
public enum Reason {
  /** No connection: refused, reset, name not resolvable. */
  UNREACHABLE,
  /** The broker did not answer in time. */
  TIMEOUT,
  AUTHENTICATION,
  AUTHORIZATION,
  /** The topic, exchange or queue is not there; an operator makes it, the agent never does. */
  MISSING,
  CONFIGURATION,
  /** The broker said no for now: a full queue, too few replicas, a throttle. */
  REJECTED,
  /** The broker takes nothing for now: a memory or disk alarm. */
  BLOCKED,
  TOO_LARGE,
  /** The broker or the client cannot take this event as it is. */
  INVALID,
  /** The exchange has no queue for it. */
  UNROUTABLE,
  /** The connection or channel was closed. */
  CLOSED,
  /** None of the others: a fault of the client library or of ours. */
  INTERNAL;

  /** The word as metrics and events have it, for instance {@code too_large}. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
