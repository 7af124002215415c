package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of an event, complete.
 *
 * @param xmlAt where {@code ,"xml":} begins, or −1
 */
record EventData(byte[] json, int xmlAt) {
  private static final JsonFactory JSON = new JsonFactory();

  static EventData of(JsonMembers members) {
    return of(0, members, null);
  }

  /**
   * @param expected about how many bytes it will have
   * @param members at least one
   * @param xml the last member, when there is one, so that a sink can leave it out by cutting
   */
  static EventData of(int expected, JsonMembers members, @Nullable String xml) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(expected + 1024);
    int xmlAt = -1;
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      members.write(json);
      if (xml != null) {
        json.flush();
        xmlAt = bytes.size();
        json.writeStringField("xml", xml);
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
    return new EventData(bytes.toByteArray(), xmlAt);
  }
}
