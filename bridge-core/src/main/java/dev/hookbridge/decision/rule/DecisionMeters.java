package dev.hookbridge.decision.rule;

import dev.hookbridge.envelope.Decision;
import dev.hookbridge.envelope.RuleResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;

/** The meters of this room, named in {@code docs/metrics.md}. */
public final class DecisionMeters {
  /** Why a connection to the gate socket was let go without an answer. */
  public enum Refused {
    /** What was sent is no record of a call. */
    DAMAGED,
    /** It was too long in coming. */
    SLOW,
    OVERSIZE,
    /** Who asked was gone before the answer. */
    VANISHED,
    TOO_MANY,
    /** A fault of ours. */
    INTERNAL
  }

  /** Why an observing rule was not asked. */
  public enum Unobserved {
    /** The call is older than the rule's timeout. */
    OLD,
    OVERFLOW
  }

  /** Why a reply changed nothing. */
  public enum Ignored {
    /** It is decided already. */
    LATE,
    /** This decider has spoken already. */
    DUPLICATE,
    /** It is no JSON that a reply can be. */
    MALFORMED,
    /** No question of this agent has its correlation. */
    FOREIGN,
    /** Several deciders are needed, and this one does not say which it is. */
    NAMELESS;

    /** As metrics, events and the log have it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The counters that have a reason. */
  private enum Reasons {
    IGNORED("hookbridge.decision.replies.ignored", "Replies that changed nothing"),
    REFUSED("hookbridge.gate.refused", "Connections to the gate let go without an answer"),
    UNOBSERVED(
        "hookbridge.decisions.dry.run.skipped", "Calls that an observing rule was not asked about");

    private final String meter;
    private final String description;

    Reasons(String meter, String description) {
      this.meter = meter;
      this.description = description;
    }
  }

  private static final String OTHER = "unknown";
  private static final String BY_WORD = Cause.DECIDED.word();
  private final MeterRegistry registry;
  private final Set<String> rules;

  /** Rates need the zero before the first, so what can be named is there from the start. */
  public DecisionMeters(MeterRegistry registry, List<Rule> rules) {
    this.registry = registry;
    this.rules = rules.stream().map(Rule::name).collect(Collectors.toUnmodifiableSet());
    for (Rule rule : rules) {
      failedOpen(rule.name(), 0);
      timer(rule.name());
    }
    if (!rules.isEmpty()) {
      for (Ignored reason : Ignored.values()) {
        count(Reasons.IGNORED, reason, 0);
      }
      for (Refused reason : Refused.values()) {
        count(Reasons.REFUSED, reason, 0);
      }
      for (Unobserved reason : Unobserved.values()) {
        count(Reasons.UNOBSERVED, reason, 0);
      }
    }
  }

  public void waiting(IntSupplier calls) {
    Gauge.builder("hookbridge.gate.waiting", calls, IntSupplier::getAsInt)
        .strongReference(true)
        .description("Calls that wait for a decision")
        .register(registry);
  }

  public void channel(String sink, BooleanSupplier ready) {
    Gauge.builder("hookbridge.decision.channel.ready", ready, r -> r.getAsBoolean() ? 1 : 0)
        .tag("sink", sink)
        .strongReference(true)
        .description("1 while deciders can be asked over this sink's broker")
        .register(registry);
  }

  public void ignored(Ignored reason) {
    count(Reasons.IGNORED, reason, 1);
  }

  public void refused(Refused reason) {
    count(Reasons.REFUSED, reason, 1);
  }

  public void unobserved(Unobserved reason) {
    count(Reasons.UNOBSERVED, reason, 1);
  }

  private void count(Reasons counted, Enum<?> reason, double more) {
    Counter.builder(counted.meter)
        .description(counted.description)
        .tag("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'))
        .register(registry)
        .increment(more);
  }

  /**
   * What was decided in the end. Rules come from records that anybody may have made, so only the
   * configured ones have a label of their own.
   */
  public void made(Decision decision) {
    for (RuleResult result : decision.rules()) {
      String rule = rules.contains(result.rule()) ? result.rule() : OTHER;
      String word = result.decision() == null ? "none" : result.decision();
      String cause = Cause.known(result.cause());
      Counter.builder("hookbridge.decisions")
          .description("What became of calls that were asked about, by rule")
          .tags("rule", rule, "decision", word, "cause", cause)
          .register(registry)
          .increment();
      timer(rule).record(Duration.ofMillis(decision.waitedMs()));
      boolean open = word.equals(RuleResult.ALLOW) && !cause.equals(BY_WORD);
      if (open && decision.enforced()) {
        failedOpen(rule, 1);
      }
    }
  }

  private void failedOpen(String rule, double more) {
    Counter.builder("hookbridge.decisions.failed.open")
        .description("Calls let through by a default, not by a decider's word")
        .tag("rule", rule)
        .register(registry)
        .increment(more);
  }

  private Timer timer(String rule) {
    return Timer.builder("hookbridge.decision")
        .tag("rule", rule)
        .description("How long a hook waited for its decision")
        .register(registry);
  }
}
