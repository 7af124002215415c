package dev.hookbridge.decision;

import dev.hookbridge.decision.rule.Glob;
import dev.hookbridge.decision.rule.OperationPattern;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.decision.rule.RuleCondition;
import dev.hookbridge.decision.rule.Vote;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A rule with the configuration's defaults, but for what a test changes. */
public final class TestRule {
  private final String name;
  private String when = "qemu.prepare.begin";
  private String object = "*";
  private List<String> exempt = List.of();
  private Optional<RuleCondition> condition = Optional.empty();
  private String via = "feed";
  private Duration timeout = Duration.ofSeconds(10);
  private Vote onTimeout = Vote.ALLOW;
  private Vote onError = Vote.ALLOW;
  private int allowsNeeded = 1;
  private Rule.Mode mode = Rule.Mode.ENFORCE;
  private boolean destructive;

  private TestRule(String name) {
    this.name = name;
  }

  public static TestRule rule(String name) {
    return new TestRule(name);
  }

  public TestRule when(String pattern) {
    when = pattern;
    return this;
  }

  public TestRule object(String glob) {
    object = glob;
    return this;
  }

  public TestRule exempt(String... names) {
    exempt = List.of(names);
    return this;
  }

  TestRule condition(String text) {
    condition = Optional.of(RuleCondition.of(text));
    return this;
  }

  TestRule via(String sink) {
    via = sink;
    return this;
  }

  public TestRule timeout(Duration wait) {
    timeout = wait;
    return this;
  }

  public TestRule onTimeout(Vote verdict) {
    onTimeout = verdict;
    return this;
  }

  public TestRule onError(Vote verdict) {
    onError = verdict;
    return this;
  }

  TestRule allowsNeeded(int needed) {
    allowsNeeded = needed;
    return this;
  }

  public TestRule mode(Rule.Mode wanted) {
    mode = wanted;
    return this;
  }

  TestRule destructive() {
    destructive = true;
    return this;
  }

  public Rule build() {
    return new Rule(
        name,
        OperationPattern.of(when, destructive),
        new Glob(object),
        exempt,
        condition,
        via,
        timeout,
        onTimeout,
        onError,
        Vote.ALLOW,
        allowsNeeded,
        mode);
  }
}
