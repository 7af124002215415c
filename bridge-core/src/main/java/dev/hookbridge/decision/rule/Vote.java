package dev.hookbridge.decision.rule;

import dev.hookbridge.envelope.RuleResult;

/** What a decider or a default says to a call. */
public enum Vote {
  ALLOW(RuleResult.ALLOW),
  VETO(RuleResult.VETO);

  private final String word;

  Vote(String word) {
    this.word = word;
  }

  /** As configuration, replies, events and metrics have it. */
  public String word() {
    return word;
  }
}
