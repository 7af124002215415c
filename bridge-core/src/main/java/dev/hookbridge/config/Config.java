package dev.hookbridge.config;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.delivery.SinkOptions;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.observer.ObserverSettings;
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
import java.util.Set;
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
 * @param observer what the agent listens to
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
    ObserverSettings observer,
    List<Rule> decisions) {

  private static final SettingKey<String> HOST =
      SettingKey.text("host", "the machine's name", "This host's name in every event.");
  private static final SettingKey<Map<String, Object>> SPOOL =
      SettingKey.section("spool", "The bounds of the events waiting on disk.");
  private static final SettingKey<Map<String, Object>> SINKS =
      SettingKey.section("sinks", "Where events go, by name.");
  private static final SettingKey<List<String>> REDACT =
      SettingKey.list("redact", "", "Elements and @attributes to redact besides the fixed ones.");
  private static final SettingKey<Duration> DRAIN_TIMEOUT =
      SettingKey.duration(
          "drain-timeout",
          "5s",
          Duration.ZERO,
          Duration.ofMinutes(10),
          "How long a stopping agent goes on delivering.");
  private static final SettingKey<Map<String, Object>> LOG =
      SettingKey.section("log", "What the agent logs, and how.");
  private static final SettingKey<Map<String, Object>> OBSERVER =
      SettingKey.section("observer", "How the agent listens to libvirt.");

  private static final SettingKey<Long> MAX_BYTES =
      SettingKey.bytes(
          "max-bytes", "4GiB", 4 << 20, 1L << 44, "The spool's files together, WAL included.");
  private static final SettingKey<WhenFull> WHEN_FULL =
      SettingKey.choice(
          "when-full",
          WhenFull.DROP_OLDEST,
          "What is lost at the limit, reported by a lost event.");

  /** All keys of the top level. */
  public static final List<SettingKey<?>> KEYS =
      List.of(
          HOST,
          HttpConfig.HTTP,
          SPOOL,
          SINKS,
          REDACT,
          DRAIN_TIMEOUT,
          LOG,
          OBSERVER,
          RuleConfig.DECISIONS);

  /** The keys of {@code spool}. */
  public static final List<SettingKey<?>> SPOOL_KEYS = List.of(MAX_BYTES, WHEN_FULL);

  /**
   * Returns all keys of the file by section: {@code top}, the sections below it, {@code sink} for
   * the keys of every sink, the sink types, and {@code rule}.
   *
   * @throws ConfigException if two jars contain the same sink type
   */
  public static Map<String, List<SettingKey<?>>> sections() throws ConfigException {
    Map<String, List<SettingKey<?>>> sections = new LinkedHashMap<>();
    sections.put("top", KEYS);
    sections.put("http", HttpConfig.KEYS);
    sections.put("http.tls", HttpConfig.TLS_KEYS);
    sections.put("http.basic", HttpConfig.BASIC_KEYS);
    sections.put("spool", SPOOL_KEYS);
    sections.put("log", LogConfig.KEYS);
    sections.put("observer", ObserverConfig.KEYS);
    sections.put("sink", SinkConfig.KEYS);
    new TreeMap<>(Transports.load()).forEach((type, sink) -> sections.put(type, sink.keys()));
    sections.put("rule", RuleConfig.KEYS);
    return sections;
  }

  private static final Pattern SINK_NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final Pattern HOST_NAME =
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
    Settings settings = UnknownKeyCheck.settings("", top, KEYS);
    try {
      List<SinkConfig> sinks = sinks(settings.get(SINKS), places);
      return new Config(
          host(settings, environment),
          HttpConfig.of(settings),
          limits(settings.get(SPOOL)),
          sinks,
          settings.get(REDACT),
          settings.get(DRAIN_TIMEOUT),
          LogConfig.of(settings.get(LOG)),
          ObserverConfig.of(settings.get(OBSERVER), places.trial()),
          RuleConfig.rules(settings, sinks));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()), e);
    }
  }

  private static String host(Settings settings, Map<String, String> environment)
      throws ConfigException {
    String host = settings.has(HOST) ? settings.get(HOST) : HostName.of(environment);
    if (host.equals("localhost") || host.startsWith("localhost.")) {
      throw new ConfigException(
          "host is '" + host + "', which every machine is: set 'host' to this host's own name");
    }
    if (!HOST_NAME.matcher(host).matches()) {
      throw new ConfigException("host is not a host name: write letters, digits, dots and dashes");
    }
    return host;
  }

  private static Limits limits(Map<String, Object> values) throws ConfigException {
    Settings settings = UnknownKeyCheck.settings("spool", values, SPOOL_KEYS);
    return new Limits(settings.get(MAX_BYTES), settings.get(WHEN_FULL));
  }

  private static List<SinkConfig> sinks(Map<String, Object> values, HostPaths places)
      throws ConfigException {
    Map<String, Transport> transports = Transports.load();
    String path = places.data().resolve("events.jsonl").toString();
    Settings sections =
        new Settings(
            "sinks",
            values.isEmpty() ? Map.of("local", Map.of("type", "file", "path", path)) : values);
    List<SinkConfig> sinks = new ArrayList<>();
    for (String name : values.isEmpty() ? Set.of("local") : values.keySet()) {
      if (!SINK_NAME.matcher(name).matches()) {
        throw new ConfigException(
            "sinks." + name + " is not a valid name: use lower-case letters, digits and dashes");
      }
      sinks.add(SinkConfig.of(name, sections.get(SettingKey.section(name, "")), transports));
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
}
