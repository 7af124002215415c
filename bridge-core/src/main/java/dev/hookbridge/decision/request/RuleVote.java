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
 * The vote of one rule about one call, with the replies to its request. Guarded by its {@link
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

  /** Returns the vote, or null while it is open. */
  @Nullable Vote verdict() {
    return verdict;
  }

  Cause cause() {
    return cause;
  }

  /**
   * Counts a reply. Returns why the reply changes nothing, or null if it counts.
   *
   * @param over whether the call is already decided, even if this rule still lacks replies
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
    // The first veto decides the vote, so all replies of an open vote are allows.
    if (reply.verdict() == Vote.VETO || replies.size() >= rule.allowsNeeded()) {
      verdict = reply.verdict();
      cause = Cause.DECIDED;
    }
    return null;
  }

  /**
   * Records an ignored reply for the outcome. Only the first {@link RuleResult#MOST_IGNORED} are
   * kept.
   */
  void ignored(String decider, DecisionMeters.Ignored why, long afterMs) {
    if (ignored.size() < RuleResult.MOST_IGNORED) {
      ignored.add(new RuleResult.Ignored(decider, why.word(), afterMs));
    }
  }

  /**
   * Applies the default because no decision will come.
   *
   * @param destructive whether a veto would end something that runs; then only a decider may veto,
   *     and the default is allow
   */
  void settle(Cause why, boolean destructive) {
    if (verdict == null) {
      verdict = destructive ? Vote.ALLOW : rule.fallback(why);
      cause = why;
    }
  }

  /** Returns the reason that the user reads after a veto of this rule. */
  String reason() {
    return cause == Cause.DECIDED ? replies.get(replies.size() - 1).reason() : cause.reason();
  }

  RuleResult result() {
    return new RuleResult(
        rule.name(), verdict == null ? null : verdict.word(), cause.word(), replies, ignored);
  }
}
