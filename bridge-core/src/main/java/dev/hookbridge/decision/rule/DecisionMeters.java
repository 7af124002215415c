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

/** The meters of the decisions. {@code docs/metrics.md} describes them. */
public final class DecisionMeters {
  /** Why a connection to the gate socket was closed without an answer. */
  public enum Refused {
    /** The request is not a record of a call. */
    DAMAGED,
    /** The request took too long to arrive. */
    SLOW,
    /** The request is larger than a record can be. */
    OVERSIZE,
    /** The shim closed the connection before the answer. */
    VANISHED,
    /** There are too many connections, or no free file descriptors. */
    TOO_MANY,
    /** An internal error of the agent. */
    INTERNAL
  }

  /** Why a rule with mode observe was not evaluated. */
  public enum Unobserved {
    /** The call is older than the rule's timeout. */
    OLD,
    /** Too many calls or bytes wait for evaluation. */
    OVERFLOW
  }

  /** Why a reply changed nothing. */
  public enum Ignored {
    /** The rule or the call is already decided. */
    LATE,
    /** This decider has already replied. */
    DUPLICATE,
    /** The body is not the JSON of a reply. */
    MALFORMED,
    /** This agent has sent no request with this correlation. */
    FOREIGN,
    /** The rule needs several deciders, and the reply has no decider name. */
    NAMELESS;

    /** Returns the word for this reason in metrics, events and the log. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** The counters that have a reason label. */
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

  /**
   * Creates the meters. A rate needs a zero before the first count, so all meters with known labels
   * exist from the start.
   */
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

  /** Registers the gauge of the calls that wait for a decision. */
  public void waiting(IntSupplier calls) {
    Gauge.builder("hookbridge.gate.waiting", calls, IntSupplier::getAsInt)
        .strongReference(true)
        .description("Calls that wait for a decision")
        .register(registry);
  }

  /** Registers the gauge that shows whether a sink's decision channel is ready. */
  public void channel(String sink, BooleanSupplier ready) {
    Gauge.builder("hookbridge.decision.channel.ready", ready, r -> r.getAsBoolean() ? 1 : 0)
        .tag("sink", sink)
        .strongReference(true)
        .description("1 while deciders can be asked over this sink's broker")
        .register(registry);
  }

  /** Counts a reply that changed nothing. */
  public void ignored(Ignored reason) {
    count(Reasons.IGNORED, reason, 1);
  }

  /** Counts a connection that was closed without an answer. */
  public void refused(Refused reason) {
    count(Reasons.REFUSED, reason, 1);
  }

  /** Counts a call that a rule with mode observe did not evaluate. */
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
   * Counts an outcome. Anybody may have written the record, so only configured rules have a label
   * of their own.
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
