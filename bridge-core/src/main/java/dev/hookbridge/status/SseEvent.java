package dev.hookbridge.status;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookbridge.status.Panel.Cell;
import dev.hookbridge.status.Panel.Fact;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A box as one server-sent event of the stream:
 *
 * <pre>
 * event: box
 * data: {"id": "sinks", "title": "Sinks", "level": "good", "word": "all connected",
 *        "facts": [["Events held", "12", "none"], …],
 *        "rows": [[["feed (kafka)", "none"], ["connected", "good"], …], …]}
 * </pre>
 *
 * <p>The data is one line, because JSON escapes line ends.
 */
record SseEvent(String id, byte[] bytes) {
  private static final JsonFactory JSON = new JsonFactory();

  static List<SseEvent> of(List<Panel> panels) {
    return panels.stream().map(SseEvent::of).toList();
  }

  static SseEvent of(Panel panel) {
    String event = "event: box\ndata: " + json(panel) + "\n\n";
    return new SseEvent(panel.id(), event.getBytes(StandardCharsets.UTF_8));
  }

  boolean same(byte @Nullable [] sent) {
    return Arrays.equals(bytes, sent);
  }

  private static String json(Panel panel) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeStringField("id", panel.id());
      json.writeStringField("title", panel.title());
      json.writeStringField("level", panel.level().word());
      json.writeStringField("word", panel.word());
      json.writeArrayFieldStart("facts");
      for (Fact fact : panel.facts()) {
        Cell value = fact.value();
        json.writeArray(new String[] {fact.name(), value.text(), value.level().word()}, 0, 3);
      }
      json.writeEndArray();
      json.writeArrayFieldStart("rows");
      for (List<Cell> row : panel.rows()) {
        json.writeStartArray();
        for (Cell cell : row) {
          json.writeArray(new String[] {cell.text(), cell.level().word()}, 0, 2);
        }
        json.writeEndArray();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // cannot happen in memory
    }
    return text.toString();
  }
}
