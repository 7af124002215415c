package dev.hookbridge.envelope;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The context attributes of an event in their fixed order (CloudEvents 1.0, "Context Attributes";
 * names are lower-case letters and digits). {@code epoch} and {@code sequence} are added by the
 * spool.
 */
final class Context {
  private static final String SCHEMAS = "https://hookbridge.dev/schema/";
  private final Map<String, String> attributes = new LinkedHashMap<>();

  Context(String id, HostFacts host, String type, String subject) {
    attributes.put("specversion", "1.0");
    attributes.put("id", id);
    attributes.put("source", "//" + host.name() + "/libvirt");
    attributes.put("type", type);
    // CloudEvents has no empty attributes: what is empty is not there.
    if (!subject.isEmpty()) {
      attributes.put("subject", subject);
    }
  }

  /** RFC 3339 in UTC, with as many digits as the clocks had. */
  Context times(Instant time, Instant recorded) {
    attributes.put("time", time.toString());
    attributes.put("recordedtime", recorded.toString());
    return this;
  }

  /**
   * @param schema the name of a file in {@code docs/schema} without its ending
   */
  Context json(String schema) {
    attributes.put("datacontenttype", "application/json");
    attributes.put("dataschema", SCHEMAS + schema + ".json");
    return this;
  }

  Context key(String partitionKey) {
    return and("partitionkey", partitionKey);
  }

  Context and(String name, String value) {
    attributes.put(name, value);
    return this;
  }

  Map<String, String> attributes() {
    return attributes;
  }
}
