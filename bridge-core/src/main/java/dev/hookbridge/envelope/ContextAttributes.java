package dev.hookbridge.envelope;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The context attributes of an event in a fixed order. Source: CloudEvents 1.0, "Context
 * Attributes"; names are lower-case letters and digits. The spool adds {@code epoch} and {@code
 * sequence}.
 */
final class ContextAttributes {
  private static final String SCHEMAS = "https://hookbridge.dev/schema/";
  private final Map<String, String> attributes = new LinkedHashMap<>();

  ContextAttributes(String id, HostFacts host, String type, String subject) {
    attributes.put("specversion", "1.0");
    attributes.put("id", id);
    attributes.put("source", source(host.name()));
    attributes.put("type", type);
    // CloudEvents does not allow empty attributes, so an empty subject is left out.
    if (!subject.isEmpty()) {
      attributes.put("subject", subject);
    }
  }

  /** Returns the attribute {@code source} of the events of a host. */
  static String source(String host) {
    return "//" + host + "/libvirt";
  }

  /** Sets the two times, in RFC 3339 and UTC, with the precision of the clocks. */
  ContextAttributes times(Instant time, Instant recorded) {
    attributes.put("time", time.toString());
    attributes.put("recordedtime", recorded.toString());
    return this;
  }

  /**
   * Sets the content type JSON and the schema.
   *
   * @param schema the name of a file in {@code docs/schema}, without its extension
   */
  ContextAttributes json(String schema) {
    attributes.put("datacontenttype", "application/json");
    attributes.put("dataschema", SCHEMAS + schema + ".json");
    return this;
  }

  ContextAttributes key(String partitionKey) {
    return and("partitionkey", partitionKey);
  }

  ContextAttributes and(String name, String value) {
    attributes.put(name, value);
    return this;
  }

  Map<String, String> attributes() {
    return attributes;
  }
}
