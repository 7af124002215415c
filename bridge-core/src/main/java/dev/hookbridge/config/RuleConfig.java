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
  /** The keys of a rule, each with its default. */
  public static final List<SettingKey> KEYS =
      List.of(
          SettingKey.required("name", "What users, deciders and metrics know the rule by."),
          SettingKey.required(
              "when", "Which hooks wait: a pattern of driver.operation.suboperation."),
          SettingKey.optional("object", "*", "Which names: * for any text, ? for one byte."),
          SettingKey.optional("exempt", "", "Names that are never asked about."),
          SettingKey.optional(
              "condition", "", "What must hold for the event's data, an expression."),
          SettingKey.required("via", "The sink whose broker carries the request."),
          SettingKey.optional(
              "timeout", "2s", "How long the hook waits for a decision, 100ms to 10s."),
          SettingKey.optional("on-timeout", "allow", "Without a decision in time: allow or veto."),
          SettingKey.optional(
              "on-error", "allow", "Without a usable broker, or a decider: allow or veto."),
          SettingKey.optional(
              "on-agent-absent", "allow", "While no agent runs on the host: allow or veto."),
          SettingKey.optional("allows-needed", "1", "How many deciders must allow, 1 to 16."),
          SettingKey.optional(
              "mode", "enforce", "enforce, observe (the hook does not wait) or off."),
          SettingKey.optional(
              "allow-destructive",
              "false",
              "Whether a veto may end what runs: started, port-created."));

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  private RuleConfig() {}

  /**
   * Returns the configured rules.
   *
   * @param written the value of {@code decisions}, null if there is none
   * @param sinks the configured sinks
   */
  static List<Rule> rules(@org.jspecify.annotations.Nullable Object written, List<SinkConfig> sinks)
      throws ConfigException {
    if (written == null) {
      return List.of();
    }
    if (!(written instanceof List<?> list)) {
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
        name != null && NAME.matcher(name.toString()).matches() ? "decisions." + name : path;
    UnknownKeyCheck.check(known, values.keySet(), KEYS.stream().map(SettingKey::name).toList());
    try {
      return rule(new Settings(known, values), sinks);
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
        settings.duration("timeout", "2s", Duration.ofMillis(100), Duration.ofSeconds(10)),
        settings.choice("on-timeout", Vote.ALLOW),
        settings.choice("on-error", Vote.ALLOW),
        settings.choice("on-agent-absent", Vote.ALLOW),
        (int) settings.number("allows-needed", 1, 1, 16),
        settings.choice("mode", Rule.Mode.ENFORCE));
  }

  private static String name(Settings settings) {
    String name = settings.text("name");
    if (!NAME.matcher(name).matches()) {
      throw settings.wrong(
          "name",
          "is '" + name + "'",
          "use lower-case letters, digits and dashes, a letter first, 63 at most");
    }
    return name;
  }

  private static OperationPattern when(Settings settings) {
    String pattern = settings.text("when");
    try {
      if (pattern.split("\\.", -1).length == 3) {
        OperationWords.fault(pattern).ifPresent(RuleConfig::refuse);
      }
      return OperationPattern.of(pattern, settings.flag("allow-destructive", false));
    } catch (IllegalArgumentException e) {
      throw said(settings, "when", pattern, e);
    }
  }

  private static void refuse(String fault) {
    throw new IllegalArgumentException(
        "matches no operation that libvirt calls hooks for: it " + fault);
  }

  private static String object(Settings settings) {
    String object = settings.text("object", "*");
    if (object.isEmpty()) {
      throw settings.wrong("object", "is empty", "write a pattern, * for every name");
    }
    return object;
  }

  private static List<String> exempt(Settings settings) {
    List<String> names = settings.list("exempt", List.of());
    if (names.contains("")) {
      throw settings.wrong("exempt", "holds an empty name", "remove it");
    }
    return names;
  }

  private static Optional<RuleCondition> condition(Settings settings) {
    if (!settings.has("condition")) {
      return Optional.empty();
    }
    String text = settings.text("condition");
    try {
      return Optional.of(RuleCondition.of(text));
    } catch (IllegalArgumentException e) {
      throw said(settings, "condition", text, e);
    }
  }

  private static String via(Settings settings, List<SinkConfig> sinks) {
    String via = settings.text("via");
    List<String> carry =
        sinks.stream()
            .filter(sink -> sink.plan().transport().carriesDecisions())
            .map(SinkConfig::name)
            .toList();
    if (!carry.contains(via)) {
      boolean known = sinks.stream().anyMatch(sink -> sink.name().equals(via));
      throw settings.wrong(
          "via",
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
      Settings settings, String key, String value, IllegalArgumentException e) {
    String[] sentence = String.valueOf(e.getMessage()).split(": ", 2);
    return settings.wrong(
        key, "'" + value + "' " + sentence[0], sentence.length > 1 ? sentence[1] : "fix it");
  }
}
