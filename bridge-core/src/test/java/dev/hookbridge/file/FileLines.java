package dev.hookbridge.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.testing.Seen;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;

/** A plain reader of files of JSON lines: it takes nothing but whole events. */
final class FileLines {
  private static final ObjectMapper JSON = new ObjectMapper();

  private FileLines() {}

  /** Every line of a file; one that is no event, or has no end, fails the test. */
  static List<Seen> of(Path file) {
    return read(file, false);
  }

  /** The same of a copy that was made while a line was written: its last line may be half. */
  static List<Seen> ofCopy(Path file) {
    return read(file, true);
  }

  private static List<Seen> read(Path file, boolean copy) {
    List<Seen> seen = new ArrayList<>();
    try (InputStream in = open(file)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      String whole = text.substring(0, text.lastIndexOf('\n') + 1);
      if (!copy && !whole.equals(text)) {
        throw new AssertionError(file + " ends with half a line");
      }
      whole.lines().forEach(line -> seen.add(event(line)));
      return seen;
    } catch (IOException e) {
      throw new UncheckedIOException(file.toString(), e);
    }
  }

  private static InputStream open(Path file) throws IOException {
    InputStream in = Files.newInputStream(file);
    return file.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
  }

  static Seen event(String line) {
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
      throw new UncheckedIOException(line.substring(0, Math.min(line.length(), 200)), e);
    }
  }
}
