package dev.hookbridge.record;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes a record. {@code docs/protocol.md} defines the format:
 *
 * <pre>
 * hookbridge/1\n            version line
 * 4:call,                   kind: call | outcome | answer | gates
 * 39:id=0192f0c4-...,       fields, netstrings of key=value
 * 0:,                       end of fields
 * 2811:&lt;domain ...&gt;\n,      the stdin
 * 1f2e3d4c\n                CRC32C of every byte before it
 * </pre>
 *
 * <p>The writer of the bytes is not trusted: every length is checked before it is used.
 */
public final class MailFormat {
  static final int MAX_STDIN = 16 << 20;
  public static final int MAX_FILE = MAX_STDIN + (1 << 20);
  private static final int MAX_FIELD = 256 << 10;
  private static final int MAX_FIELDS = 64;
  private static final byte[] VERSION = "hookbridge/1\n".getBytes(StandardCharsets.US_ASCII);
  static final int CHECKSUM = 9;

  /** The parts of a record. The fields are in the order in which they were written. */
  public record Parts(String kind, Map<String, byte[]> fields, byte[] stdin) {
    /**
     * Returns the text of a field.
     *
     * @throws MalformedRecordException when the field is missing
     */
    public String text(String key) throws MalformedRecordException {
      byte[] value = fields.get(key);
      if (value == null) {
        throw new MalformedRecordException("the field " + key + " is missing");
      }
      return new String(value, StandardCharsets.ISO_8859_1);
    }

    /**
     * Returns the number of a field.
     *
     * @throws MalformedRecordException when the field is missing or not a number
     */
    public long number(String key) throws MalformedRecordException {
      try {
        return Long.parseLong(text(key));
      } catch (NumberFormatException e) {
        throw new MalformedRecordException("the field " + key + " is not a number", e);
      }
    }

    /** Returns the bytes of a field; empty when it is missing. */
    public byte[] bytes(String key) {
      byte @Nullable [] value = fields.get(key);
      return value == null ? new byte[0] : value;
    }
  }

  private final byte[] record;
  private final int end;
  private int at;

  private MailFormat(byte[] record, int end) {
    this.record = record;
    this.end = end;
  }

  /**
   * Parses a record.
   *
   * @throws MalformedRecordException when the bytes are not a record
   */
  public static Parts read(byte[] record) throws MalformedRecordException {
    return read(record, record.length);
  }

  /** Parses a file. It may be a {@code PreallocatedFiles spare}, so zeros may follow the record. */
  public static Parts readFile(byte[] file) throws MalformedRecordException {
    return read(file, used(file));
  }

  /** Returns the length of a file without the zeros at its end. */
  public static int used(byte[] file) {
    int length = file.length;
    while (length > 0 && file[length - 1] == 0) {
      length--;
    }
    return length;
  }

  /**
   * Parses a record.
   *
   * @param length the number of bytes of the array to use
   */
  public static Parts read(byte[] record, int length) throws MalformedRecordException {
    MailFormat format = new MailFormat(record, length);
    Parts head = format.head();
    byte[] stdin = format.netstring(MAX_STDIN);
    format.checksum();
    return new Parts(head.kind(), head.fields(), stdin);
  }

  /**
   * Parses the kind and the fields from the beginning of a record. The stdin and the checksum may
   * be missing and are not checked.
   *
   * @param length the number of bytes of the array to use
   */
  static Parts head(byte[] beginning, int length) throws MalformedRecordException {
    return new MailFormat(beginning, length).head();
  }

  /**
   * The beginning of a record.
   *
   * @param at the offset of the stdin
   * @param length the length of the stdin, as the record states it
   */
  record Begun(Parts head, int at, int length) {}

  static Begun begun(byte[] beginning, int length) throws MalformedRecordException {
    MailFormat format = new MailFormat(beginning, length);
    Parts head = format.head();
    int stdin = format.length(MAX_STDIN);
    return new Begun(head, format.at + 1, stdin);
  }

  private Parts head() throws MalformedRecordException {
    if (end < VERSION.length + CHECKSUM) {
      throw new MalformedRecordException("it is cut short");
    }
    if (!Arrays.equals(record, 0, VERSION.length, VERSION, 0, VERSION.length)) {
      throw new MalformedRecordException("its version line is not one this release reads");
    }
    at = VERSION.length;
    String kind = new String(netstring(MAX_FIELD), StandardCharsets.ISO_8859_1);
    Map<String, byte[]> fields = new LinkedHashMap<>();
    for (byte[] field = netstring(MAX_FIELD); field.length > 0; field = netstring(MAX_FIELD)) {
      put(fields, field);
    }
    return new Parts(kind, fields, new byte[0]);
  }

  private static void put(Map<String, byte[]> fields, byte[] field)
      throws MalformedRecordException {
    int equals = 0;
    while (equals < field.length && field[equals] != '=') {
      equals++;
    }
    if (equals == 0 || equals == field.length || fields.size() == MAX_FIELDS) {
      throw new MalformedRecordException("a field has no name, or there are too many");
    }
    String name = new String(field, 0, equals, StandardCharsets.ISO_8859_1);
    fields.put(name, Arrays.copyOfRange(field, equals + 1, field.length));
  }

  /** Reads a length, up to its colon. */
  private int length(int most) throws MalformedRecordException {
    int length = 0;
    int first = at;
    while (at < end && record[at] >= '0' && record[at] <= '9' && at - first < 9) {
      length = length * 10 + record[at++] - '0';
    }
    boolean leadingZero = at - first > 1 && record[first] == '0';
    if (at == first || leadingZero || length > most || at == end) {
      throw new MalformedRecordException("a length is wrong or it is cut short");
    }
    return length;
  }

  private byte[] netstring(int most) throws MalformedRecordException {
    int length = length(most);
    if (length > end - at - 2) {
      throw new MalformedRecordException("a length is wrong or it is cut short");
    }
    if (record[at] != ':' || record[at + 1 + length] != ',') {
      throw new MalformedRecordException("a field does not end where its length says");
    }
    byte[] value = Arrays.copyOfRange(record, at + 1, at + 1 + length);
    at += length + 2;
    return value;
  }

  private void checksum() throws MalformedRecordException {
    if (end != at + CHECKSUM || record[at + 8] != '\n') {
      throw new MalformedRecordException("it is cut short or something follows it");
    }
    byte[] expected = hexChecksum(record, at);
    if (!Arrays.equals(record, at, at + 8, expected, 0, 8)) {
      throw new MalformedRecordException("its checksum does not match");
    }
  }

  private static byte[] hexChecksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return hex(crc);
  }

  /** Returns the last line of a record. */
  static byte[] checksumLine(CRC32C crc) {
    byte[] line = Arrays.copyOf(hex(crc), CHECKSUM);
    line[CHECKSUM - 1] = '\n';
    return line;
  }

  private static byte[] hex(CRC32C crc) {
    byte[] value = ByteBuffer.allocate(4).putInt((int) crc.getValue()).array();
    return HexFormat.of().formatHex(value).getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the bytes of a record. */
  public static byte[] write(Parts parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(parts.stdin().length + 1024);
    out.writeBytes(VERSION);
    netstring(out, parts.kind().getBytes(StandardCharsets.ISO_8859_1));
    parts
        .fields()
        .forEach(
            (name, value) -> {
              byte[] key = (name + "=").getBytes(StandardCharsets.ISO_8859_1);
              byte[] field = Arrays.copyOf(key, key.length + value.length);
              System.arraycopy(value, 0, field, key.length, value.length);
              netstring(out, field);
            });
    netstring(out, new byte[0]);
    netstring(out, parts.stdin());
    out.writeBytes(hexChecksum(out.toByteArray(), out.size()));
    out.write('\n');
    return out.toByteArray();
  }

  private static void netstring(ByteArrayOutputStream out, byte[] value) {
    out.writeBytes((value.length + ":").getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(value);
    out.write(',');
  }
}
