package dev.hookbridge.api;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts an envelope to the JSON event format of CloudEvents 1.0: one object on one line. */
public final class StructuredEvent {
  /** The content type of a message in structured mode. */
  public static final String CONTENT_TYPE = "application/cloudevents+json; charset=UTF-8";

  private static final String MEDIA_TYPE = "application/cloudevents+json";

  /**
   * Writes all Unicode characters as UTF-8, like headers, so that the event is not larger than
   * {@link Envelope#size()}.
   */
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8).build();

  private static final byte[] END = {'}'};

  private StructuredEvent() {}

  /** Returns whether a message of this content type contains such an object. */
  public static boolean hasContentType(@Nullable String contentType) {
    String type = contentType == null ? "" : contentType.split(";", 2)[0].strip();
    return type.toLowerCase(Locale.ROOT).equals(MEDIA_TYPE);
  }

  /** Returns the object in one array. */
  public static byte[] bytes(Envelope envelope) {
    byte[][] parts = parts(envelope);
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    byte[] whole = new byte[length];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }

  /** Returns the object in three pieces. One piece is the data's own array, which is not copied. */
  public static byte[][] parts(Envelope envelope) {
    ByteArrayOutputStream head = new ByteArrayOutputStream(1024);
    try (JsonGenerator generator = JSON.createGenerator(head)) {
      generator.writeStartObject();
      for (Map.Entry<String, String> attribute : envelope.attributes().entrySet()) {
        generator.writeStringField(attribute.getKey(), wellFormed(attribute.getValue()));
      }
      if (envelope.data().length > 0) {
        // The data is already JSON, without line breaks because it was never pretty-printed.
        generator.writeRaw(",\"data\":");
      }
      generator.flush();
      return new byte[][] {head.toByteArray(), envelope.data(), END};
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Replaces half a surrogate pair with a question mark, as in headers, because the generator does
   * not accept it.
   */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  /**
   * Parses such an object. The data of the envelope is on one line.
   *
   * @throws IOException when the bytes are not such an object
   */
  public static Envelope parse(byte[] json) throws IOException {
    Map<String, String> attributes = new LinkedHashMap<>();
    byte[] data = new byte[0];
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("not a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (name.equals("data")) {
          data = copy(parser, json.length);
        } else if (name.equals("data_base64") && value == JsonToken.VALUE_STRING) {
          data = parser.getBinaryValue();
        } else if (value.isScalarValue() && value != JsonToken.VALUE_NULL) {
          attributes.put(name, parser.getText());
        } else {
          parser.skipChildren();
        }
      }
    }
    return new Envelope(attributes, Route.UNKNOWN, data, -1);
  }

  private static byte[] copy(JsonParser parser, int size) throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream(size);
    try (JsonGenerator generator = JSON.createGenerator(data)) {
      generator.copyCurrentStructureExact(parser);
    }
    return data.toByteArray();
  }
}
