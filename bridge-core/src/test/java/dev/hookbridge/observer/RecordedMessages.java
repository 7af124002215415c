package dev.hookbridge.observer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.envelope.ObservedEvent;
import dev.hookbridge.observer.rpc.XdrReader;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the recorded messages of {@code src/test/resources/observed}. */
public final class RecordedMessages {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RecordedMessages() {}

  /** Returns what the observer makes of each message, by the name of its sample. */
  public static Map<String, ObservedEvent> all(Instant time) {
    Map<String, ObservedEvent> all = new LinkedHashMap<>();
    for (String file : List.of("libvirt-9.0.0.jsonl", "written.jsonl")) {
      String path = "bridge-core/src/test/resources/observed/" + file;
      try {
        for (String line : Files.readAllLines(Repository.file(path))) {
          JsonNode message = JSON.readTree(line);
          byte[] body = HexFormat.of().parseHex(message.get("body").asText());
          all.put(
              message.get("sample").asText(),
              EventDecoder.decode(
                  message.get("driver").asText(),
                  message.get("procedure").asInt(),
                  new XdrReader(body),
                  time));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(path, e);
      }
    }
    return all;
  }
}
