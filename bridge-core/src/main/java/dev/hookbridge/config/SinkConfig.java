package dev.hookbridge.config;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.decision.request.DecisionTransport;
import dev.hookbridge.delivery.Include;
import dev.hookbridge.delivery.SinkOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One entry of {@code sinks}: the settings of every sink, and those of its transport.
 *
 * @param plan everything that a sink worker needs
 */
public record SinkConfig(SinkOptions plan) {
  private static final SettingKey<String> TYPE =
      SettingKey.required("type", "The transport: file, kafka, amqp, or one from lib/.");
  private static final SettingKey<List<String>> INCLUDE =
      SettingKey.list(
          "include",
          "*.*.*",
          "Which hook events it gets: patterns of driver.operation.suboperation.");
  private static final SettingKey<SinkOptions.Xml> XML =
      SettingKey.choice("xml", SinkOptions.Xml.REDACTED, "The libvirt XML in the data.");
  private static final SettingKey<Long> MAX_EVENT_BYTES =
      SettingKey.bytes(
          "max-event-bytes",
          "1GiB",
          1024,
          1L << 30,
          "Larger events are reduced; the broker's own limit counts as well.");
  private static final SettingKey<Long> WINDOW_BYTES =
      SettingKey.bytes(
          "window-bytes",
          "4MiB",
          64 << 10,
          1L << 30,
          "How much may be unconfirmed by the broker at a time.");

  /** The keys of every sink of any type. */
  public static final List<SettingKey<?>> KEYS =
      List.of(TYPE, INCLUDE, XML, MAX_EVENT_BYTES, WINDOW_BYTES);

  public String name() {
    return plan.name();
  }

  /** Returns the data that a rule needs to send requests over the same broker. */
  public DecisionTransport decisionTransport() {
    return new DecisionTransport(
        plan.name(),
        plan.transport(),
        plan.settings(),
        plan.xml() == SinkOptions.Xml.REDACTED,
        plan.maxEventBytes());
  }

  static SinkConfig of(String name, Map<String, Object> values, Map<String, Transport> transports)
      throws ConfigException {
    String path = "sinks." + name;
    Settings common = new Settings(path, values);
    try {
      String type = common.get(TYPE);
      Transport transport = transports.get(type);
      if (transport == null) {
        throw common.wrong(
            TYPE, "is '" + type + "'", "write one of " + String.join(", ", transports.keySet()));
      }
      requireKnown(path, values, transport);
      Settings own = new Settings(path, ownPart(values));
      transport.validate(own);
      return new SinkConfig(
          new SinkOptions(
              name,
              transport,
              own,
              include(common),
              common.get(XML),
              common.get(MAX_EVENT_BYTES),
              common.get(WINDOW_BYTES),
              SinkOptions.Retry.DEFAULT));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Include include(Settings common) {
    try {
      return new Include(common.get(INCLUDE));
    } catch (IllegalArgumentException e) {
      throw common.wrong(INCLUDE, "holds a mistake", String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, Object> ownPart(Map<String, Object> values) {
    Map<String, Object> own = new LinkedHashMap<>(values);
    KEYS.forEach(key -> own.remove(key.name()));
    return own;
  }

  private static void requireKnown(String path, Map<String, Object> values, Transport transport)
      throws ConfigException {
    List<SettingKey<?>> known = new ArrayList<>(KEYS);
    known.addAll(transport.keys());
    Settings settings = UnknownKeyCheck.settings(path, values, known);
    for (SettingKey<?> key : known) {
      if (key.required() && !settings.has(key)) {
        throw settings.wrong(key, "is missing", "add it");
      }
    }
  }
}
