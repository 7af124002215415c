package dev.hookbridge.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.hookbridge.Envelope;
import dev.hookbridge.Route;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** An envelope in the JSON event format of CloudEvents 1.0, as one line. */
public final class JsonEvent {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Route UNKNOWN = new Route("unknown", "unknown", "-", "");

  private JsonEvent() {}

  /** The line, its newline included. */
  public static byte[] line(Envelope envelope) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(envelope.size());
    try (JsonGenerator generator = JSON.createGenerator(out)) {
      generator.writeStartObject();
      for (Map.Entry<String, String> attribute : envelope.attributes().entrySet()) {
        generator.writeStringField(attribute.getKey(), attribute.getValue());
      }
      generator.writeFieldName("data");
      // The data is JSON already; without line breaks, since it was never formatted for people.
      generator.writeRawValue(new String(envelope.data(), StandardCharsets.UTF_8));
      generator.writeEndObject();
      generator.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** The envelope of a line; {@link IOException} when it is none. */
  static Envelope parse(byte[] line) throws IOException {
    Map<String, String> attributes = new LinkedHashMap<>();
    ByteArrayOutputStream data = new ByteArrayOutputStream(line.length);
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals("data")) {
          try (JsonGenerator generator = JSON.createGenerator(data)) {
            generator.copyCurrentStructure(parser);
          }
        } else {
          attributes.put(name, parser.getText());
        }
      }
    }
    return new Envelope(attributes, UNKNOWN, data.toByteArray(), -1);
  }
}
