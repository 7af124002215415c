package dev.hookbridge.decision.rule;

import dev.hookbridge.envelope.RuleResult;

/** A vote of a decider or a default about a call. */
public enum Vote {
  ALLOW(RuleResult.ALLOW),
  VETO(RuleResult.VETO);

  private final String word;

  Vote(String word) {
    this.word = word;
  }

  /** Returns the word for this vote in the configuration, replies, events and metrics. */
  public String word() {
    return word;
  }
}
