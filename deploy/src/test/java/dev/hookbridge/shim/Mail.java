package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * A reader and writer of docs/protocol.md that shares nothing with the agent's, so that both are
 * checked.
 */
final class Mail {
  final String kind;
  final Map<String, byte[]> fields = new LinkedHashMap<>();
  final byte[] stdin;
  private final byte[] bytes;
  private int at;

  private Mail(byte[] bytes) {
    this.bytes = bytes;
    expect("hookbridge/1\n");
    kind = text(netstring());
    for (byte[] field = netstring(); field.length > 0; field = netstring()) {
      assertThat(field.length).isLessThanOrEqualTo(256 << 10);
      int equals = new String(field, StandardCharsets.ISO_8859_1).indexOf('=');
      String key = text(Arrays.copyOf(field, equals));
      assertThat(fields).as("twice: " + key).doesNotContainKey(key);
      fields.put(key, Arrays.copyOfRange(field, equals + 1, field.length));
    }
    stdin = netstring();
    CRC32C sum = new CRC32C();
    sum.update(bytes, 0, at);
    expect(String.format("%08x%n", sum.getValue()));
    assertThat(Arrays.copyOfRange(bytes, at, bytes.length))
        .as("zeros behind the checksum: what is left of a spare")
        .isEqualTo(new byte[bytes.length - at]);
  }

  static Mail read(byte[] bytes) {
    return new Mail(bytes);
  }

  /** A record of fields given as {@code key=value}. */
  static byte[] write(String kind, List<String> fields, byte[] stdin) {
    ByteArrayOutputStream record = new ByteArrayOutputStream();
    record.writeBytes("hookbridge/1\n".getBytes(StandardCharsets.UTF_8));
    netstring(record, kind.getBytes(StandardCharsets.UTF_8));
    for (String field : fields) {
      netstring(record, field.getBytes(StandardCharsets.UTF_8));
    }
    netstring(record, new byte[0]);
    netstring(record, stdin);
    return sealed(record.toByteArray());
  }

  /** The bytes and the checksum that fits them. */
  static byte[] sealed(byte[] bytes) {
    CRC32C sum = new CRC32C();
    sum.update(bytes);
    byte[] line = String.format("%08x%n", sum.getValue()).getBytes(StandardCharsets.UTF_8);
    byte[] record = Arrays.copyOf(bytes, bytes.length + line.length);
    System.arraycopy(line, 0, record, bytes.length, line.length);
    return record;
  }

  private static void netstring(ByteArrayOutputStream record, byte[] content) {
    record.writeBytes((content.length + ":").getBytes(StandardCharsets.UTF_8));
    record.writeBytes(content);
    record.write(',');
  }

  String field(String key) {
    assertThat(fields).containsKey(key);
    return text(fields.get(key));
  }

  private byte[] netstring() {
    int colon = at;
    while (bytes[colon] != ':') {
      colon++;
    }
    String length = text(Arrays.copyOfRange(bytes, at, colon));
    assertThat(length).matches("0|[1-9][0-9]*");
    int end = colon + 1 + Integer.parseInt(length);
    byte[] content = Arrays.copyOfRange(bytes, colon + 1, end);
    assertThat(bytes[end]).isEqualTo((byte) ',');
    at = end + 1;
    return content;
  }

  private void expect(String text) {
    assertThat(text(Arrays.copyOfRange(bytes, at, at + text.length()))).isEqualTo(text);
    at += text.length();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
