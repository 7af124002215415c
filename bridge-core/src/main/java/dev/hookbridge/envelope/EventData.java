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
 * The complete JSON data of an event.
 *
 * @param xmlAt the position of {@code ,"xml":}, or −1
 */
record EventData(byte[] json, int xmlAt) {
  private static final JsonFactory JSON = new JsonFactory();

  private static final byte[] XML = ",\"xml\":\"".getBytes(StandardCharsets.US_ASCII);

  /** Writes the content of the member {@code xml} into its reserved place. */
  interface Xml {
    void write(byte[] target, int from);
  }

  /**
   * Encodes data without XML.
   *
   * @param members writes the members, at least one
   */
  static EventData of(JsonMembers members) {
    byte[] head = head(members);
    byte[] whole = Arrays.copyOf(head, head.length + 1);
    whole[head.length] = '}';
    return new EventData(whole, -1);
  }

  /**
   * Encodes data with the XML as the last member, so a sink can cut it off.
   *
   * @param members writes the other members, at least one
   * @param size the size of the XML as the content of a JSON string, in bytes
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

  /** Returns the object without its last brace. */
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
