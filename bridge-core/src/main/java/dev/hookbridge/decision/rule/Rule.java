package dev.hookbridge.decision.rule;

import dev.hookbridge.record.HookCall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code decisions}: which calls are asked about, whom, and what holds without an
 * answer.
 *
 * @param name {@code [a-z][a-z0-9-]{0,62}}; what users, deciders and metrics know it by
 * @param when which operations
 * @param object which names
 * @param exempt names that are never asked about
 * @param condition what else must hold, if anything
 * @param via the sink whose broker carries the question
 * @param timeout 100 ms to 10 s
 * @param onTimeout when no decision came in time
 * @param onError when the broker cannot be used, nobody listens or too many calls wait
 * @param onAgentAbsent when no agent runs; only the shim needs it
 * @param allowsNeeded how many deciders must allow, each by its name when more than one
 * @param mode whether the hook waits for it
 */
public record Rule(
    String name,
    When when,
    Glob object,
    List<String> exempt,
    Optional<Condition> condition,
    String via,
    Duration timeout,
    Vote onTimeout,
    Vote onError,
    Vote onAgentAbsent,
    int allowsNeeded,
    Mode mode) {

  /** What a rule is for. */
  public enum Mode {
    /** The hook waits and does as decided. */
    ENFORCE,
    /** Asked and recorded; the hook does not wait. */
    OBSERVE,
    /** As if it were not there. */
    OFF
  }

  /** The agent answers this long before the shim gives up, or a quarter of a short timeout. */
  private static final Duration AHEAD = Duration.ofMillis(100);

  public Rule {
    exempt = List.copyOf(exempt);
  }

  /** Whether it is about a call, its condition aside. */
  public boolean matches(HookCall call) {
    return when.matches(call)
        && object.matches(call.object())
        && exempt.stream()
            .noneMatch(name -> Arrays.equals(name.getBytes(StandardCharsets.UTF_8), call.object()));
  }

  /** How long deciders have, so that the answer is at the shim before it gives up. */
  public Duration patience() {
    Duration quarter = timeout.dividedBy(4);
    return timeout.minus(quarter.compareTo(AHEAD) < 0 ? quarter : AHEAD);
  }

  /** What holds without a decision. */
  public Vote fallback(Cause cause) {
    return cause == Cause.TIMEOUT ? onTimeout : onError;
  }
}
