package dev.hookbridge.envelope;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.hookbridge.text.JsonMembers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The JSON of an event, complete.
 *
 * @param xmlAt where {@code ,"xml":} begins, or −1
 */
record EventData(byte[] json, int xmlAt) {
  private static final JsonFactory JSON = new JsonFactory();

  private static final byte[] XML = ",\"xml\":\"".getBytes(StandardCharsets.US_ASCII);

  /** Writes the content of the member {@code xml} into the place that is left for it. */
  interface Xml {
    void write(byte[] target, int from);
  }

  /**
   * @param members at least one
   */
  static EventData of(JsonMembers members) {
    byte[] head = head(members);
    byte[] whole = Arrays.copyOf(head, head.length + 1);
    whole[head.length] = '}';
    return new EventData(whole, -1);
  }

  /**
   * With the XML as the last member, so that a sink can leave it out by cutting.
   *
   * @param size how many bytes the XML has as the content of a JSON string
   */
  static EventData of(JsonMembers members, int size, Xml xml) {
    byte[] head = head(members);
    byte[] whole = Arrays.copyOf(head, head.length + XML.length + size + 2);
    System.arraycopy(XML, 0, whole, head.length, XML.length);
    xml.write(whole, head.length + XML.length);
    whole[whole.length - 2] = '"';
    whole[whole.length - 1] = '}';
    return new EventData(whole, head.length);
  }

  /** The object without its last brace. */
  private static byte[] head(JsonMembers members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      members.write(json);
      json.flush();
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory", e);
    }
  }
}
