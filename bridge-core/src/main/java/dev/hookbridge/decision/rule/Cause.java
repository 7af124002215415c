package dev.hookbridge.decision.rule;

import java.util.Locale;

/** Why a call was decided as it was; the words of {@code docs/protocol.md}. */
public enum Cause {
  /** By deciders' words. */
  DECIDED(""),
  TIMEOUT("there was no decision in time"),
  /** The broker cannot be used. */
  ERROR("the deciders cannot be reached"),
  /** The broker says that nobody listens. */
  NO_DECIDER("nobody is there to decide"),
  BUSY("too many calls wait for a decision"),
  /** No rule applies after all. */
  NOT_ASKED(""),
  /** No agent runs; only the shim says so. */
  ABSENT(""),
  /** Another rule's veto ended the asking before this one had an answer. */
  UNDECIDED("");

  private final String reason;

  Cause(String reason) {
    this.reason = reason;
  }

  /** The word when it is one of these, else {@code unknown}: for labels. */
  static String known(String claimed) {
    for (Cause cause : values()) {
      if (cause.word().equals(claimed)) {
        return claimed;
      }
    }
    return "unknown";
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What the user reads when a default vetoes. */
  public String reason() {
    return reason;
  }
}
