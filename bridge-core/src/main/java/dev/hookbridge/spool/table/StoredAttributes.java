package dev.hookbridge.spool.table;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Converts an envelope's attributes to and from the compact JSON object that the spool stores. */
final class StoredAttributes {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int TYPICAL = 1024;

  private StoredAttributes() {}

  static String encode(Map<String, String> attributes) {
    StringWriter text = new StringWriter(TYPICAL);
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      for (Map.Entry<String, String> attribute : attributes.entrySet()) {
        json.writeStringField(attribute.getKey(), attribute.getValue());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  /**
   * Reads the output of {@link #encode}.
   *
   * @throws IOException when the text is not such an object, because the file is damaged
   */
  static Map<String, String> decode(String text) throws IOException {
    Map<String, String> attributes = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        attributes.put(name, json.getText());
      }
    }
    return attributes;
  }
}
