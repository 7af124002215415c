package dev.hookbridge.envelope;

import dev.hookbridge.record.GateOutcome;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.text.TextSanitizer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The decision about a call, in the form for events and metrics.
 *
 * @param call the id of the hook event
 * @param time the time of the decision
 * @param enforced whether the hook waited and applied the decision; otherwise it was a dry run
 * @param veto whether the hook failed, or would have failed
 * @param cause {@code decided}, or the default that applied
 * @param rule the rule that decided; may be empty
 * @param reason the text that the user read; may be empty
 * @param waitedMs how long the hook waited, or would have waited
 */
public record Decision(
    String call,
    Instant time,
    String driver,
    byte[] object,
    byte[] operation,
    byte[] suboperation,
    boolean enforced,
    boolean veto,
    String cause,
    String rule,
    String reason,
    long waitedMs,
    List<RuleResult> rules) {

  /** Maximum size of a reason, as long as the shim shows on stderr. */
  private static final int MOST_REASON = 1024;

  /**
   * Converts the shim's record of an outcome. Anybody may have written the record, so this method
   * checks every member.
   */
  public static Decision of(GateOutcome outcome) {
    List<RuleResult> said = RuleResult.read(outcome.said());
    return new Decision(
        outcome.call(),
        Instant.EPOCH.plusNanos(outcome.time()),
        outcome.driver(),
        outcome.object(),
        outcome.operation(),
        outcome.suboperation(),
        true,
        outcome.exit() == 1,
        RuleResult.cause(outcome.cause()),
        RuleResult.name(outcome.rule()),
        TextSanitizer.text(new String(outcome.reason(), StandardCharsets.UTF_8), MOST_REASON),
        Math.max(0, outcome.waited() / 1_000_000),
        said.isEmpty() ? defaults(outcome) : said);
  }

  /** Reads {@code name=allow,name=veto}: the defaults that the shim applied by itself. */
  private static List<RuleResult> defaults(GateOutcome outcome) {
    List<RuleResult> rules = new ArrayList<>();
    for (String word : outcome.rules().split(",", RuleResult.MOST_RULES + 1)) {
      int equals = word.indexOf('=');
      if (equals > 0 && rules.size() < RuleResult.MOST_RULES) {
        RuleResult rule =
            RuleResult.claimed(
                word.substring(0, equals),
                word.substring(equals + 1),
                outcome.cause(),
                List.of(),
                List.of());
        if (rule != null) {
          rules.add(rule);
        }
      }
    }
    return rules;
  }

  /**
   * Returns the decision of a dry run: the decision that would have applied if the hook had waited.
   */
  public static Decision observed(
      HookCall call,
      Instant time,
      boolean veto,
      String cause,
      String rule,
      String reason,
      long waitedMs,
      List<RuleResult> rules) {
    return new Decision(
        call.id(),
        time,
        call.driver(),
        call.object(),
        call.operation(),
        call.suboperation(),
        false,
        veto,
        cause,
        rule,
        reason,
        waitedMs,
        rules);
  }
}
