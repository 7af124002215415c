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
import java.util.LinkedHashMap;
import java.util.Map;

/** An envelope in the JSON event format of CloudEvents 1.0, as one line. */
public final class JsonEvent {
  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] END = {'}', '\n'};
  private static final Route UNKNOWN = new Route("unknown", "unknown", "-", "");

  private JsonEvent() {}

  /** The line, its newline included. */
  public static byte[] line(Envelope envelope) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(envelope.size());
    for (byte[] part : parts(envelope)) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  /** The line in pieces, the data's own bytes among them: up to 16 MiB that need no second home. */
  static byte[][] parts(Envelope envelope) {
    ByteArrayOutputStream head = new ByteArrayOutputStream(1024);
    try (JsonGenerator generator = JSON.createGenerator(head)) {
      generator.writeStartObject();
      for (Map.Entry<String, String> attribute : envelope.attributes().entrySet()) {
        generator.writeStringField(attribute.getKey(), attribute.getValue());
      }
      // The data is JSON already; without line breaks, since it was never formatted for people.
      generator.writeRaw(",\"data\":");
      generator.flush();
      return new byte[][] {head.toByteArray(), envelope.data(), END};
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
