package dev.hookbridge.decision.request;

import dev.hookbridge.decision.rule.Cause;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.envelope.RuleResult;
import dev.hookbridge.record.Records;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What is to become of a call.
 *
 * @param rule the rule that vetoed, else the first that was asked; empty when none was
 * @param reason empty unless it is a veto
 */
public record DecisionResult(
    boolean veto, Cause cause, String rule, String reason, List<RuleResult> rules) {
  /** As much as fits into an answer. */
  private static final int MOST_REASON = 900;

  public static final DecisionResult NOT_ASKED =
      new DecisionResult(false, Cause.NOT_ASKED, "", "", List.of());

  /** Of questions of which one has a veto, or all have an answer; in the order of the rules. */
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

  /** The record for the shim. */
  public byte[] answer() {
    return Records.bytes(
        new Records.Answer(veto ? 1 : 0, cause.word(), rule, cut(reason), RuleResult.json(rules)));
  }

  /** At most {@link #MOST_REASON} bytes, none of them half a character. */
  private static String cut(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int end = Math.min(bytes.length, MOST_REASON);
    while (end < bytes.length && end > 0 && (bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }
}
