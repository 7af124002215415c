package dev.hookbridge.decision.rule;

import dev.hookbridge.record.HookCall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A rule: one entry of {@code decisions}. It says which calls need a decision, where deciders are
 * asked, and which default applies without a decision.
 *
 * @param name the name for users, deciders and metrics, {@code [a-z][a-z0-9-]{0,62}}
 * @param when the operations that need a decision
 * @param object the names that need a decision
 * @param exempt the names that never need a decision
 * @param condition a further condition, if there is one
 * @param via the sink whose broker carries the requests
 * @param timeout the longest wait of the hook, 100 ms to 10 s
 * @param onTimeout the default if no decision comes in time
 * @param onError the default if the broker cannot be used, no decider listens, or too many calls
 *     wait
 * @param onAgentAbsent the default if no agent runs; only the shim uses it
 * @param allowsNeeded the number of deciders that must allow; if more than one, each needs a name
 * @param mode whether the hook waits for the decision
 */
public record Rule(
    String name,
    OperationPattern when,
    Glob object,
    List<String> exempt,
    Optional<RuleCondition> condition,
    String via,
    Duration timeout,
    Vote onTimeout,
    Vote onError,
    Vote onAgentAbsent,
    int allowsNeeded,
    Mode mode) {

  /** The effect of a rule. */
  public enum Mode {
    /** The hook waits and applies the decision. */
    ENFORCE,
    /** Dry run: deciders are asked and the result is recorded, but the hook does not wait. */
    OBSERVE,
    /** The rule has no effect. */
    OFF
  }

  /**
   * Time between the agent's answer and the shim's timeout. For a short timeout it is a quarter of
   * it.
   */
  private static final Duration AHEAD = Duration.ofMillis(100);

  public Rule {
    exempt = List.copyOf(exempt);
  }

  /** Returns whether the rule selects a call. The condition is not checked. */
  public boolean matches(HookCall call) {
    return when.matches(call)
        && object.matches(call.object())
        && exempt.stream()
            .noneMatch(name -> Arrays.equals(name.getBytes(StandardCharsets.UTF_8), call.object()));
  }

  /**
   * Returns the time for the deciders. It ends early enough that the answer reaches the shim before
   * its timeout.
   */
  public Duration patience() {
    Duration quarter = timeout.dividedBy(4);
    return timeout.minus(quarter.compareTo(AHEAD) < 0 ? quarter : AHEAD);
  }

  /** Returns the default that applies without a decision. */
  public Vote fallback(Cause cause) {
    return cause == Cause.TIMEOUT ? onTimeout : onError;
  }
}
