package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/** A reader of docs/protocol.md that shares nothing with the agent's, so that both are checked. */
final class Mail {
  final Map<String, byte[]> fields = new LinkedHashMap<>();
  final byte[] stdin;
  private final byte[] bytes;
  private int at;

  private Mail(byte[] bytes) {
    this.bytes = bytes;
    expect("hookbridge/1\n");
    assertThat(text(netstring())).isEqualTo("call");
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
    assertThat(at).as("nothing behind the checksum").isEqualTo(bytes.length);
  }

  static Mail read(byte[] bytes) {
    return new Mail(bytes);
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
