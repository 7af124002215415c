package dev.hookbridge.config;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.delivery.SinkOptions;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.spool.Limits;
import dev.hookbridge.spool.WhenFull;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The complete configuration. It is valid once it exists. Without a file the agent runs with one
 * file sink in the data directory.
 *
 * @param host the name of this host in every event
 * @param http the server for metrics and health; empty if {@code off}
 * @param spool the limits of the spool
 * @param sinks the sinks, in the order of the file
 * @param redact the names of elements and, with {@code @}, of attributes to redact in addition to
 *     the fixed ones
 * @param drainTimeout how long a stopping agent continues to deliver
 * @param log the settings of the log
 * @param decisions the rules that say which hooks wait for a decision, in the order of the file
 */
public record Config(
    String host,
    Optional<Endpoint> http,
    Limits spool,
    List<SinkConfig> sinks,
    List<String> redact,
    Duration drainTimeout,
    LogConfig log,
    List<Rule> decisions) {

  /** All keys of the top level with their defaults. */
  public static final List<SettingKey> KEYS =
      List.of(
          SettingKey.optional("host", "the machine's name", "This host's name in every event."),
          SettingKey.optional(
              "http",
              "127.0.0.1:9464",
              "Where the status page, /metrics, /healthy and /ready are, or a map; or off."),
          SettingKey.optional("spool", "", "The bounds of the events waiting on disk."),
          SettingKey.optional("sinks", "", "Where events go, by name."),
          SettingKey.optional(
              "redact", "", "Elements and @attributes to redact besides the fixed ones."),
          SettingKey.optional(
              "drain-timeout", "5s", "How long a stopping agent goes on delivering."),
          SettingKey.optional("log", "", "What the agent logs, and how."),
          SettingKey.optional(
              "decisions", "", "Which hooks wait for a decision: a list of rules."));

  /** The keys of {@code spool}. */
  public static final List<SettingKey> SPOOL_KEYS =
      List.of(
          SettingKey.optional("max-bytes", "4GiB", "The spool's files together, WAL included."),
          SettingKey.optional(
              "when-full", "drop-oldest", "drop-oldest or drop-newest, reported by a lost event."));

  /**
   * Returns all keys of the file by section: {@code top}, the sections below it, {@code sink} for
   * the keys of every sink, the sink types, and {@code rule}.
   *
   * @throws ConfigException if two jars contain the same sink type
   */
  public static Map<String, List<SettingKey>> sections() throws ConfigException {
    Map<String, List<SettingKey>> sections = new LinkedHashMap<>();
    sections.put("top", KEYS);
    sections.put("http", HttpConfig.KEYS);
    sections.put("http.tls", HttpConfig.TLS_KEYS);
    sections.put("http.basic", HttpConfig.BASIC_KEYS);
    sections.put("spool", SPOOL_KEYS);
    sections.put("log", LogConfig.KEYS);
    sections.put("sink", SinkConfig.KEYS);
    new TreeMap<>(Transports.load()).forEach((type, sink) -> sections.put(type, sink.keys()));
    sections.put("rule", RuleConfig.KEYS);
    return sections;
  }

  private static final Pattern SINK_NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?");

  /**
   * Reads a configuration file.
   *
   * @param file the file, or null for the one in {@code places}, which may be missing
   * @throws ConfigException if the configuration is invalid; the message is one sentence with the
   *     problem, the place and the remedy
   */
  public static Config load(
      @org.jspecify.annotations.Nullable Path file,
      HostPaths places,
      Map<String, String> environment)
      throws ConfigException {
    if (file == null && !Files.exists(places.configFile())) {
      return of(Map.of(), places, environment);
    }
    Path named = file == null ? places.configFile() : file;
    try {
      return of(new ConfigFile(named, environment).read(), places, environment);
    } catch (ConfigException e) {
      String message = String.valueOf(e.getMessage());
      throw message.contains(named.toString()) ? e : new ConfigException(named + ": " + message, e);
    }
  }

  static Config of(Map<String, Object> top, HostPaths places, Map<String, String> environment)
      throws ConfigException {
    UnknownKeyCheck.check("", top.keySet(), KEYS.stream().map(SettingKey::name).toList());
    Settings settings = new Settings("", top);
    try {
      List<SinkConfig> sinks = sinks(section(top, "sinks"), places);
      return new Config(
          host(settings, environment),
          HttpConfig.of(top.get("http"), top),
          limits(section(top, "spool")),
          sinks,
          settings.list("redact", List.of()),
          settings.duration("drain-timeout", "5s", Duration.ZERO, Duration.ofMinutes(10)),
          LogConfig.of(section(top, "log")),
          RuleConfig.rules(top.get("decisions"), sinks));
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      throw new ConfigException(message.startsWith(".") ? message.substring(1) : message, e);
    }
  }

  private static String host(Settings settings, Map<String, String> environment)
      throws ConfigException {
    String host = settings.text("host", HostName.of(environment));
    if (host.equals("localhost") || host.startsWith("localhost.")) {
      throw new ConfigException(
          "host is '" + host + "', which every machine is: set 'host' to this host's own name");
    }
    if (!HOST.matcher(host).matches()) {
      throw new ConfigException("host is not a host name: write letters, digits, dots and dashes");
    }
    return host;
  }

  private static Limits limits(Map<String, Object> values) throws ConfigException {
    UnknownKeyCheck.check(
        "spool", values.keySet(), SPOOL_KEYS.stream().map(SettingKey::name).toList());
    Settings settings = new Settings("spool", values);
    return new Limits(
        settings.bytes("max-bytes", "4GiB", 4 << 20, 1L << 44),
        settings.choice("when-full", WhenFull.DROP_OLDEST));
  }

  private static List<SinkConfig> sinks(Map<String, Object> values, HostPaths places)
      throws ConfigException {
    Map<String, Transport> transports = Transports.load();
    Map<String, Object> sections = new LinkedHashMap<>(values);
    if (sections.isEmpty()) {
      String path = places.data().resolve("events.jsonl").toString();
      sections.put("local", Map.of("type", "file", "path", path));
    }
    List<SinkConfig> sinks = new ArrayList<>();
    for (String name : sections.keySet()) {
      if (!SINK_NAME.matcher(name).matches()) {
        throw new ConfigException(
            "sinks." + name + " is not a valid name: use lower-case letters, digits and dashes");
      }
      sinks.add(SinkConfig.of(name, section(sections, name), transports));
    }
    refuseShared(sinks);
    return sinks;
  }

  private static void refuseShared(List<SinkConfig> sinks) throws ConfigException {
    Map<String, String> owners = new HashMap<>();
    for (SinkConfig sink : sinks) {
      SinkOptions plan = sink.plan();
      for (String what : plan.transport().exclusive(plan.settings())) {
        String other = owners.put(plan.transport().type() + " " + what, sink.name());
        if (other != null) {
          throw new ConfigException(
              "sinks."
                  + sink.name()
                  + " and sinks."
                  + other
                  + " would both write "
                  + what
                  + ": give each its own");
        }
      }
    }
  }

  static Map<String, Object> section(Map<String, Object> values, String key)
      throws ConfigException {
    Object value = values.get(key);
    if (value == null) {
      return Map.of();
    }
    if (value instanceof Map<?, ?> map) {
      Map<String, Object> section = new LinkedHashMap<>();
      map.forEach((name, item) -> section.put(String.valueOf(name), item));
      return section;
    }
    throw new ConfigException(key + " is not a map: write its keys below it, indented");
  }
}
