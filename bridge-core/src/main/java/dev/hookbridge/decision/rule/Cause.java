package dev.hookbridge.decision.rule;

import java.util.Locale;

/** The cause of a decision. {@code docs/protocol.md} defines the words. */
public enum Cause {
  /** Deciders replied. */
  DECIDED(""),
  /** No decision came in time. */
  TIMEOUT("there was no decision in time"),
  /** The broker cannot be used. */
  ERROR("the deciders cannot be reached"),
  /** The broker reports that no decider listens. */
  NO_DECIDER("no decider is reachable"),
  /** Too many calls wait for a decision. */
  BUSY("too many calls wait for a decision"),
  /** No rule applies to the call. */
  NOT_ASKED(""),
  /** No agent runs. Only the shim reports this cause. */
  ABSENT(""),
  /** Another rule's veto decided the call before this rule had its replies. */
  UNDECIDED("");

  private final String reason;

  Cause(String reason) {
    this.reason = reason;
  }

  /** Returns the word if it is a known cause, otherwise {@code unknown}. For metric labels. */
  static String known(String claimed) {
    for (Cause cause : values()) {
      if (cause.word().equals(claimed)) {
        return claimed;
      }
    }
    return "unknown";
  }

  /** Returns the word for this cause, as records, events and metrics use it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the reason that the user reads when a default vetoes. */
  public String reason() {
    return reason;
  }
}
