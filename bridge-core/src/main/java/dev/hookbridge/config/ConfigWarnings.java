package dev.hookbridge.config;

import dev.hookbridge.api.Check;
import dev.hookbridge.decision.rule.Rule;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds settings that are allowed but probably a mistake. They do not prevent the start of an
 * agent, because an upgrade must not prevent it, and the configuration may be written for a newer
 * version.
 */
public final class ConfigWarnings {
  private ConfigWarnings() {}

  /** Returns a warning for each such setting. */
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
