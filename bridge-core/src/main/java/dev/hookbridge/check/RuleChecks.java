package dev.hookbridge.check;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Settings;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.config.SinkConfig;
import dev.hookbridge.decision.KillSwitch;
import dev.hookbridge.decision.gate.GateStatus;
import dev.hookbridge.decision.rule.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks what decisions need on this host, and lists the rules. */
public final class RuleChecks {
  private RuleChecks() {}

  /** Returns whether an active rule (observe or enforce) uses this sink's broker. */
  static boolean uses(Config config, SinkConfig sink) {
    return rules(config).stream().anyMatch(rule -> rule.via().equals(sink.name()));
  }

  /**
   * Checks gate and kill switch, and returns one line for each active rule. Returns nothing when
   * there are no active rules.
   */
  public static List<Check> of(Config config, HostPaths places) {
    List<Check> checks = new ArrayList<>();
    if (rules(config).isEmpty()) {
      return checks;
    }
    Optional<String> wrong =
        FolderChecks.wrongWith(places.gates()).map(w -> places.gates() + " " + w);
    wrong = wrong.or(() -> GateStatus.wrongWith(places.gates()));
    checks.add(
        wrong
            .map(sentence -> Check.failure("gate", sentence))
            .orElseGet(() -> Check.ok("gate", "its socket can be created in " + places.gates())));
    for (Rule rule : rules(config)) {
      checks.add(Check.ok("rule " + rule.name(), sentence(rule)));
    }
    if (!new KillSwitch(places.gatesOff()).enabled()) {
      checks.add(
          Check.warning(
              "decisions",
              "are switched off by "
                  + places.gatesOff()
                  + ": 'hookbridge decisions on' switches them on"));
    }
    return checks;
  }

  private static String sentence(Rule rule) {
    return String.format(
        "%s %s of %s over %s, %s",
        rule.mode() == Rule.Mode.ENFORCE ? "gates" : "observes",
        rule.when(),
        rule.object(),
        rule.via(),
        Settings.time(rule.timeout()));
  }

  private static List<Rule> rules(Config config) {
    return config.decisions().stream().filter(rule -> rule.mode() != Rule.Mode.OFF).toList();
  }
}
