package dev.hookbridge.envelope;

import dev.hookbridge.record.GateOutcome;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.text.TextSanitizer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What was decided about a call, in the form in which events and metrics have it.
 *
 * @param call the hook event's id
 * @param time when it was decided
 * @param enforced the hook waited for it and did as decided; else it was only observed
 * @param veto the hook failed, or would have
 * @param cause {@code decided}, or which default applied
 * @param rule the rule that decided, may be empty
 * @param reason what the user read, may be empty
 * @param waitedMs how long the hook waited, or would have
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

  /** As much as the shim shows on stderr. */
  private static final int MOST_REASON = 1024;

  /** What the shim did, of a record that anybody may have made: every member is looked at anew. */
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

  /** {@code name=allow,name=veto}, the defaults the shim applied by itself. */
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

  /** What would have been done with a call, had its hook waited. */
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
