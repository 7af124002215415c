package dev.hookbridge.check;

import dev.hookbridge.api.Check;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.SinkConfig;
import dev.hookbridge.delivery.SinkOptions;
import java.util.ArrayList;
import java.util.List;

/** Runs the checks of a sink's transport at its broker. Each line contains the sink's name. */
public final class SinkChecks {
  private SinkChecks() {}

  /**
   * Checks a sink's broker, and the decision channel too when a rule uses this sink.
   *
   * @param create whether to create a missing topic, exchange or queue
   */
  public static List<Check> of(Config config, SinkConfig sink, boolean create) {
    SinkOptions plan = sink.plan();
    List<Check> found = new ArrayList<>(plan.transport().check(plan.settings(), create));
    if (RuleChecks.uses(config, sink)) {
      found.addAll(plan.transport().checkDecisions(plan.settings(), create));
    }
    return found.stream()
        .map(check -> new Check(check.level(), named(sink, check.what()), check.message()))
        .toList();
  }

  /** Returns the subject of a check line with the sink's name in front. */
  public static String named(SinkConfig sink, String what) {
    return "sink " + sink.name() + ": " + what;
  }
}
