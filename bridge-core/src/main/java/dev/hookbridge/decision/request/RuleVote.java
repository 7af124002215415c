package dev.hookbridge.decision.request;

import dev.hookbridge.decision.rule.Cause;
import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.envelope.RuleResult;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One rule's question about one call, and what was said to it. Guarded by its {@link
 * PendingDecision}.
 */
final class RuleVote {
  private final Rule rule;
  private final List<RuleResult.Word> replies = new ArrayList<>();
  private final List<RuleResult.Ignored> ignored = new ArrayList<>();
  private @Nullable Vote verdict;
  private Cause cause = Cause.UNDECIDED;

  RuleVote(Rule rule) {
    this.rule = rule;
  }

  Rule rule() {
    return rule;
  }

  /** Null while it is open. */
  @Nullable Vote verdict() {
    return verdict;
  }

  Cause cause() {
    return cause;
  }

  /**
   * Counts a reply, or says why it changes nothing; null when it counts.
   *
   * @param over the call is decided, whatever this rule still misses
   */
  DecisionMeters.@Nullable Ignored hear(Reply reply, long afterMs, boolean over) {
    if (rule.allowsNeeded() > 1 && reply.decider().isEmpty()) {
      return DecisionMeters.Ignored.NAMELESS;
    }
    if (replies.stream().anyMatch(word -> word.decider().equals(reply.decider()))) {
      return DecisionMeters.Ignored.DUPLICATE;
    }
    if (over || verdict != null) {
      return DecisionMeters.Ignored.LATE;
    }
    replies.add(
        new RuleResult.Word(reply.decider(), reply.verdict().word(), reply.reason(), afterMs));
    // A first veto ends it, so the replies of an open question are allows.
    if (reply.verdict() == Vote.VETO || replies.size() >= rule.allowsNeeded()) {
      verdict = reply.verdict();
      cause = Cause.DECIDED;
    }
    return null;
  }

  /** A reply changed nothing, for the record of what was decided; the first of them are kept. */
  void ignored(String decider, DecisionMeters.Ignored why, long afterMs) {
    if (ignored.size() < RuleResult.MOST_IGNORED) {
      ignored.add(new RuleResult.Ignored(decider, why.word(), afterMs));
    }
  }

  /**
   * No decision will come.
   *
   * @param destructive a veto would end something that runs: only a decider may say it
   */
  void settle(Cause why, boolean destructive) {
    if (verdict == null) {
      verdict = destructive ? Vote.ALLOW : rule.fallback(why);
      cause = why;
    }
  }

  /** What the user reads after this rule's veto. */
  String reason() {
    return cause == Cause.DECIDED ? replies.get(replies.size() - 1).reason() : cause.reason();
  }

  RuleResult result() {
    return new RuleResult(
        rule.name(), verdict == null ? null : verdict.word(), cause.word(), replies, ignored);
  }
}
