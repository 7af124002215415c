package dev.hookbridge.config;

import dev.hookbridge.api.Check;
import dev.hookbridge.decision.rule.Rule;
import java.util.ArrayList;
import java.util.List;

/**
 * What a configuration says that is allowed and surely not meant. None of it keeps an agent from
 * starting, since an upgrade must not, and the configuration may be one for a newer version.
 */
public final class Doubts {
  private Doubts() {}

  /** A warning for each. */
  public static List<Check> of(Config config) {
    List<Check> doubts = new ArrayList<>();
    for (SinkConfig sink : config.sinks()) {
      for (String pattern : sink.plan().include().patterns()) {
        OperationWords.fault(pattern)
            .ifPresent(
                fault ->
                    doubts.add(
                        Check.warning(
                            "sinks." + sink.name() + ".include",
                            "no event passes '" + pattern + "': it " + fault)));
      }
    }
    for (Rule rule : config.decisions()) {
      rule.condition().stream()
          .flatMap(condition -> condition.doubts(rule.when()).stream())
          .forEach(
              doubt -> doubts.add(Check.warning("decisions." + rule.name() + ".condition", doubt)));
    }
    return doubts;
  }
}
