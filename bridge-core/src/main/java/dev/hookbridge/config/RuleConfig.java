package dev.hookbridge.config;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.decision.gate.GatesFile;
import dev.hookbridge.decision.rule.Glob;
import dev.hookbridge.decision.rule.OperationPattern;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.decision.rule.RuleCondition;
import dev.hookbridge.decision.rule.Vote;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code decisions}: a list of rules. Each {@link Rule} is valid once it exists. */
public final class RuleConfig {
  private static final SettingKey<String> NAME =
      SettingKey.required("name", "What users, deciders and metrics know the rule by.");
  private static final SettingKey<String> WHEN =
      SettingKey.required("when", "Which hooks wait: a pattern of driver.operation.suboperation.");
  private static final SettingKey<String> OBJECT =
      SettingKey.text("object", "*", "Which names: * for any text, ? for one byte.");
  private static final SettingKey<List<String>> EXEMPT =
      SettingKey.list("exempt", "", "Names that are never asked about.");
  private static final SettingKey<String> CONDITION =
      SettingKey.text("condition", "", "What must hold for the event's data, an expression.");
  private static final SettingKey<String> VIA =
      SettingKey.required("via", "The sink whose broker carries the request.");
  private static final SettingKey<Duration> TIMEOUT =
      SettingKey.duration(
          "timeout",
          "2s",
          Duration.ofMillis(100),
          Duration.ofSeconds(10),
          "How long the hook waits for a decision.");
  private static final SettingKey<Vote> ON_TIMEOUT =
      SettingKey.choice("on-timeout", Vote.ALLOW, "What applies without a decision in time.");
  private static final SettingKey<Vote> ON_ERROR =
      SettingKey.choice(
          "on-error", Vote.ALLOW, "What applies without a usable broker, or a decider.");
  private static final SettingKey<Vote> ON_AGENT_ABSENT =
      SettingKey.choice(
          "on-agent-absent", Vote.ALLOW, "What applies while no agent runs on the host.");
  private static final SettingKey<Integer> ALLOWS_NEEDED =
      SettingKey.number("allows-needed", 1, 1, 16, "How many deciders must allow.");
  private static final SettingKey<Rule.Mode> MODE =
      SettingKey.choice("mode", Rule.Mode.ENFORCE, "With observe the hook does not wait.");
  private static final SettingKey<Boolean> ALLOW_DESTRUCTIVE =
      SettingKey.flag(
          "allow-destructive", false, "Whether a veto may end what runs: started, port-created.");

  /** The key {@code decisions} of the top level. */
  static final SettingKey<Optional<Object>> DECISIONS =
      SettingKey.any(
          "decisions", "", "list of rules", "Which hooks wait for a decision, and for how long.");

  /** The keys of a rule. */
  public static final List<SettingKey<?>> KEYS =
      List.of(
          NAME,
          WHEN,
          OBJECT,
          EXEMPT,
          CONDITION,
          VIA,
          TIMEOUT,
          ON_TIMEOUT,
          ON_ERROR,
          ON_AGENT_ABSENT,
          ALLOWS_NEEDED,
          MODE,
          ALLOW_DESTRUCTIVE);

  private static final Pattern VALID_NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  private RuleConfig() {}

  /**
   * Returns the configured rules.
   *
   * @param top the top level of the configuration
   * @param sinks the configured sinks
   */
  static List<Rule> rules(Settings top, List<SinkConfig> sinks) throws ConfigException {
    if (!(top.get(DECISIONS).orElse(List.of()) instanceof List<?> list)) {
      throw new ConfigException("decisions is not a list: begin each rule with '- name:'");
    }
    List<Rule> rules = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (Object entry : list) {
      Rule rule = rule("decisions[" + rules.size() + "]", entry, sinks);
      if (!names.add(rule.name())) {
        throw new ConfigException("decisions has two rules called " + rule.name() + ": rename one");
      }
      rules.add(rule);
    }
    if (rules.size() > GatesFile.MOST_RULES) {
      throw new ConfigException(
          "decisions has "
              + rules.size()
              + " rules, more than "
              + GatesFile.MOST_RULES
              + ": join some");
    }
    try {
      GatesFile.of(rules);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()), e);
    }
    return rules;
  }

  private static Rule rule(
      String path, @org.jspecify.annotations.Nullable Object entry, List<SinkConfig> sinks)
      throws ConfigException {
    if (!(entry instanceof Map<?, ?> map)) {
      throw new ConfigException(path + " is not a map: write its keys below '- name:', indented");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    map.forEach((key, value) -> values.put(String.valueOf(key), value));
    Object name = values.get("name");
    String known =
        name != null && VALID_NAME.matcher(name.toString()).matches() ? "decisions." + name : path;
    Settings settings = UnknownKeyCheck.settings(known, values, KEYS);
    try {
      return rule(settings, sinks);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Rule rule(Settings settings, List<SinkConfig> sinks) {
    return new Rule(
        name(settings),
        when(settings),
        new Glob(object(settings)),
        exempt(settings),
        condition(settings),
        via(settings, sinks),
        settings.get(TIMEOUT),
        settings.get(ON_TIMEOUT),
        settings.get(ON_ERROR),
        settings.get(ON_AGENT_ABSENT),
        settings.get(ALLOWS_NEEDED),
        settings.get(MODE));
  }

  private static String name(Settings settings) {
    String name = settings.get(NAME);
    if (!VALID_NAME.matcher(name).matches()) {
      throw settings.wrong(
          NAME,
          "is '" + name + "'",
          "use lower-case letters, digits and dashes, a letter first, 63 at most");
    }
    return name;
  }

  private static OperationPattern when(Settings settings) {
    String pattern = settings.get(WHEN);
    try {
      if (pattern.split("\\.", -1).length == 3) {
        OperationWords.fault(pattern).ifPresent(RuleConfig::refuse);
      }
      return OperationPattern.of(pattern, settings.get(ALLOW_DESTRUCTIVE));
    } catch (IllegalArgumentException e) {
      throw said(settings, WHEN, pattern, e);
    }
  }

  private static void refuse(String fault) {
    throw new IllegalArgumentException(
        "matches no operation that libvirt calls hooks for: it " + fault);
  }

  private static String object(Settings settings) {
    String object = settings.get(OBJECT);
    if (object.isEmpty()) {
      throw settings.wrong(OBJECT, "is empty", "write a pattern, * for every name");
    }
    return object;
  }

  private static List<String> exempt(Settings settings) {
    List<String> names = settings.get(EXEMPT);
    if (names.contains("")) {
      throw settings.wrong(EXEMPT, "holds an empty name", "remove it");
    }
    return names;
  }

  private static Optional<RuleCondition> condition(Settings settings) {
    if (!settings.has(CONDITION)) {
      return Optional.empty();
    }
    String text = settings.get(CONDITION);
    try {
      return Optional.of(RuleCondition.of(text));
    } catch (IllegalArgumentException e) {
      throw said(settings, CONDITION, text, e);
    }
  }

  private static String via(Settings settings, List<SinkConfig> sinks) {
    String via = settings.get(VIA);
    List<String> carry =
        sinks.stream()
            .filter(sink -> sink.plan().transport().carriesDecisions())
            .map(SinkConfig::name)
            .toList();
    if (!carry.contains(via)) {
      boolean known = sinks.stream().anyMatch(sink -> sink.name().equals(via));
      throw settings.wrong(
          VIA,
          known
              ? "is '" + via + "', whose type does not support decisions"
              : "is '" + via + "', no sink",
          carry.isEmpty()
              ? "name a sink of a type that carries them, kafka or amqp"
              : "name one of " + String.join(", ", carry));
    }
    return via;
  }

  private static IllegalArgumentException said(
      Settings settings, SettingKey<?> key, String value, IllegalArgumentException e) {
    String[] sentence = String.valueOf(e.getMessage()).split(": ", 2);
    return settings.wrong(
        key, "'" + value + "' " + sentence[0], sentence.length > 1 ? sentence[1] : "fix it");
  }
}
