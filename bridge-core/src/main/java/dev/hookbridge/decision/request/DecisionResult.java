package dev.hookbridge.decision.request;

import dev.hookbridge.decision.rule.Cause;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.envelope.RuleResult;
import dev.hookbridge.record.Records;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The decision about a call.
 *
 * @param rule the rule that vetoed, otherwise the first rule that was asked; empty if there was
 *     none
 * @param reason the reason of a veto, otherwise empty
 */
public record DecisionResult(
    boolean veto, Cause cause, String rule, String reason, List<RuleResult> rules) {
  /** Maximum size of a reason in an answer, in bytes. */
  private static final int MOST_REASON = 900;

  /** The result for a call that no rule applies to. */
  public static final DecisionResult NOT_ASKED =
      new DecisionResult(false, Cause.NOT_ASKED, "", "", List.of());

  /**
   * Combines votes, in the order of the rules. One of them must be a veto, or all must be complete.
   */
  static DecisionResult of(List<RuleVote> questions) {
    List<RuleResult> results = questions.stream().map(RuleVote::result).toList();
    for (RuleVote question : questions) {
      if (question.verdict() == Vote.VETO) {
        return new DecisionResult(
            true, question.cause(), question.rule().name(), question.reason(), results);
      }
    }
    Cause cause =
        questions.stream()
            .map(RuleVote::cause)
            .filter(why -> why != Cause.DECIDED)
            .findFirst()
            .orElse(Cause.DECIDED);
    return questions.isEmpty()
        ? NOT_ASKED
        : new DecisionResult(false, cause, questions.get(0).rule().name(), "", results);
  }

  /** Returns the answer record for the shim. */
  public byte[] answer() {
    return Records.bytes(
        new Records.Answer(veto ? 1 : 0, cause.word(), rule, cut(reason), RuleResult.json(rules)));
  }

  /** Cuts a text to at most {@link #MOST_REASON} bytes, at a character boundary. */
  private static String cut(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int end = Math.min(bytes.length, MOST_REASON);
    while (end < bytes.length && end > 0 && (bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}
