package dev.hookbridge.testing;

import dev.hookbridge.api.Envelope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One message as a plain consumer saw it, decoded without code of this project.
 *
 * @param key the ordering key of the broker, if it has one, otherwise the attribute {@code
 *     partitionkey}
 * @param attributes the CloudEvents attribute names and values, with {@code datacontenttype}
 * @param data the data of the event
 */
public record Seen(String key, Map<String, String> attributes, byte[] data) {

  /** Returns the event's ID. */
  public String id() {
    return Objects.requireNonNull(attributes.get("id"), "a message without id");
  }

  /** Returns the IDs of messages. */
  public static List<String> ids(Collection<Seen> messages) {
    return messages.stream().map(Seen::id).toList();
  }

  /** Returns for each key the IDs in the order of their first occurrence. */
  public static Map<String, List<String>> firstOccurrences(Collection<Seen> messages) {
    Map<String, List<String>> byKey = new LinkedHashMap<>();
    Set<String> known = new HashSet<>();
    for (Seen message : messages) {
      if (known.add(message.id())) {
        byKey.computeIfAbsent(message.key(), key -> new ArrayList<>()).add(message.id());
      }
    }
    return byKey;
  }

  /** Returns for each key the IDs in the order in which they must become visible. */
  public static Map<String, List<String>> expected(Collection<Envelope> events) {
    Map<String, List<String>> byKey = new LinkedHashMap<>();
    for (Envelope event : events) {
      byKey.computeIfAbsent(event.key(), key -> new ArrayList<>()).add(event.id());
    }
    return byKey;
  }
}
