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
  /** The keys of every sink of any type, each with its default. */
  public static final List<SettingKey> KEYS =
      List.of(
          SettingKey.required("type", "The transport: file, kafka, amqp, or one from lib/."),
          SettingKey.optional(
              "include",
              "*.*.*",
              "Which hook events it gets: patterns of driver.operation.suboperation."),
          SettingKey.optional("xml", "redacted", "The libvirt XML in the data: redacted or none."),
          SettingKey.optional(
              "max-event-bytes",
              "1GiB",
              "Larger events are reduced; the broker's own limit counts as well."),
          SettingKey.optional(
              "window-bytes", "4MiB", "How much may be unconfirmed by the broker at a time."));

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
      String type = common.text("type");
      Transport transport = transports.get(type);
      if (transport == null) {
        throw common.wrong(
            "type", "is '" + type + "'", "write one of " + String.join(", ", transports.keySet()));
      }
      refuseUnknown(path, values, transport);
      Settings own = new Settings(path, ownPart(values));
      transport.validate(own);
      return new SinkConfig(
          new SinkOptions(
              name,
              transport,
              own,
              include(common),
              common.choice("xml", SinkOptions.Xml.REDACTED),
              common.bytes("max-event-bytes", "1GiB", 1024, 1L << 30),
              common.bytes("window-bytes", "4MiB", 64 << 10, 1L << 30),
              SinkOptions.Retry.DEFAULT));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()), e);
    }
  }

  private static Include include(Settings common) {
    try {
      return new Include(common.list("include", List.of("*.*.*")));
    } catch (IllegalArgumentException e) {
      throw common.wrong("include", "holds a mistake", String.valueOf(e.getMessage()));
    }
  }

  private static Map<String, Object> ownPart(Map<String, Object> values) {
    Map<String, Object> own = new LinkedHashMap<>(values);
    KEYS.forEach(key -> own.remove(key.name()));
    return own;
  }

  private static void refuseUnknown(String path, Map<String, Object> values, Transport transport)
      throws ConfigException {
    List<SettingKey> known = new ArrayList<>(KEYS);
    known.addAll(transport.keys());
    UnknownKeyCheck.check(path, values.keySet(), known.stream().map(SettingKey::name).toList());
    for (SettingKey key : known) {
      if (key.required() && !values.containsKey(key.name())) {
        throw new ConfigException(path + "." + key.name() + " is missing: add it");
      }
    }
  }
}
