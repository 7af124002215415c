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
 * One message as a plain consumer saw it, decoded without any code of ours.
 *
 * @param key what the broker keeps order by, where it has such a thing; else the attribute {@code
 *     partitionkey}
 * @param attributes CloudEvents attribute names and values, {@code datacontenttype} among them
 */
public record Seen(String key, Map<String, String> attributes, byte[] data) {

  public String id() {
    return Objects.requireNonNull(attributes.get("id"), "a message without id");
  }

  public static List<String> ids(Collection<Seen> messages) {
    return messages.stream().map(Seen::id).toList();
  }

  /** For each key the ids in the order in which they were first seen. */
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

  /** For each key the ids in the order in which they were to become visible. */
  public static Map<String, List<String>> expected(Collection<Envelope> events) {
    Map<String, List<String>> byKey = new LinkedHashMap<>();
    for (Envelope event : events) {
      byKey.computeIfAbsent(event.key(), key -> new ArrayList<>()).add(event.id());
    }
    return byKey;
  }
}
