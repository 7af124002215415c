package dev.hookbridge.harness.host;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A consumer that is no part of hookbridge: a program of the distribution, or a plain client. */
public interface Consumer extends AutoCloseable {
  /** One message: its CloudEvents attributes and its data. */
  record Message(Map<String, String> attributes, byte[] data) {
    public String id() {
      return attributes.getOrDefault("id", "");
    }

    public String type() {
      return attributes.getOrDefault("type", "");
    }

    public boolean isHook() {
      return type().startsWith("dev.hookbridge.libvirt.");
    }

    public JsonNode json() throws IOException {
      return JSON.readTree(data);
    }
  }

  ObjectMapper JSON = new ObjectMapper();

  /** Everything published so far, in the order in which the broker shows it. */
  List<Message> all() throws IOException;

  @Override
  void close();

  /** The first occurrence of every hook event. */
  static List<Message> hooks(List<Message> messages) {
    Set<String> seen = new LinkedHashSet<>();
    List<Message> hooks = new ArrayList<>();
    for (Message message : messages) {
      if (message.isHook() && seen.add(message.id())) {
        hooks.add(message);
      }
    }
    return hooks;
  }

  /** By guest, what {@link Hooks#expected} says: operation and number of the life. */
  static Map<String, List<String>> lives(List<Message> messages) throws IOException {
    Map<String, List<String>> lives = new LinkedHashMap<>();
    for (Message message : hooks(messages)) {
      JsonNode data = message.json();
      lives
          .computeIfAbsent(data.at("/hook/object").asText(), guest -> new ArrayList<>())
          .add(data.at("/hook/operation").asText() + " " + data.at("/domain/title").asText());
    }
    return lives;
  }
}
