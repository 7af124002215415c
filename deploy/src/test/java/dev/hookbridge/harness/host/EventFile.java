package dev.hookbridge.harness.host;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a file sink has written. */
public record EventFile(Path path) {
  /** The YAML of a configuration whose only sink this is. */
  public String sink() {
    return "  feed: { type: file, path: " + path + ", rotate-bytes: 1024GiB }\n";
  }

  /** Every whole line; one that a death has torn stands whole on a later line. */
  public List<Consumer.Message> all() throws IOException {
    List<Consumer.Message> messages = new ArrayList<>();
    for (String line : Files.exists(path) ? Files.readAllLines(path) : List.<String>of()) {
      try {
        messages.add(message(Consumer.JSON.readTree(line)));
      } catch (JsonProcessingException e) {
        continue;
      }
    }
    return messages;
  }

  public List<Consumer.Message> hooks() throws IOException {
    return all().stream().filter(Consumer.Message::isHook).toList();
  }

  /** The events that tell of losses, by the id of the call that was lost. */
  public List<Consumer.Message> lost() throws IOException {
    return all().stream()
        .filter(message -> message.type().equals("dev.hookbridge.lost.v1"))
        .toList();
  }

  private static Consumer.Message message(JsonNode event) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> member : event.properties()) {
      attributes.put(member.getKey(), member.getValue().asText());
    }
    byte[] data = event.path("data").toString().getBytes(StandardCharsets.UTF_8);
    return new Consumer.Message(attributes, data);
  }
}
