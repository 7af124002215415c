package dev.hookbridge.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.Envelope;
import dev.hookbridge.Settings;
import dev.hookbridge.Transport;
import dev.hookbridge.delivery.DeliveryContract;
import dev.hookbridge.testing.Seen;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The file sink takes the exam; its destinations are files. */
class FileSinkContractTest extends DeliveryContract {
  private static final ObjectMapper JSON = new ObjectMapper();
  private Path folder;

  @BeforeEach
  void folder(@TempDir Path given) {
    folder = given;
  }

  @Override
  protected Transport transport() {
    return new FileTransport();
  }

  @Override
  protected Settings destination() {
    String path = folder.resolve(UUID.randomUUID() + ".jsonl").toString();
    // The reader reads one file, so that none is put away.
    return new Settings("sinks.exam", Map.of("path", path, "rotate-bytes", "1024GiB"));
  }

  @Override
  protected Stream<Settings> wrong() {
    return Stream.<Map<String, String>>of(
            Map.of(),
            Map.of("path", "events.jsonl"),
            Map.of("path", "/tmp/x", "rotate-bytes", "much"),
            Map.of("path", "/tmp/x", "keep", "0"))
        .map(values -> new Settings("sinks.exam", values));
  }

  /** A line holds JSON, and what is no JSON never comes this far. */
  @Override
  protected Stream<Envelope> unusual() {
    return super.unusual().filter(event -> event.data().length > 0 && event.data()[0] == '{');
  }

  @Override
  protected List<Seen> consume(Settings destination, int atLeast) {
    try (Stream<String> lines = Files.lines(Path.of(destination.text("path")))) {
      return lines.map(FileSinkContractTest::seen).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Seen seen(String line) {
    try {
      Map<String, String> attributes = new LinkedHashMap<>();
      JsonNode event = JSON.readTree(line);
      List<String> names = new ArrayList<>();
      event.fieldNames().forEachRemaining(names::add);
      names.remove("data");
      names.forEach(name -> attributes.put(name, event.get(name).textValue()));
      byte[] data = event.get("data").toString().getBytes(StandardCharsets.UTF_8);
      return new Seen(attributes.get("partitionkey"), attributes, data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
