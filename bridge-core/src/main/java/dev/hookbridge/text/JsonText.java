package dev.hookbridge.text;

import java.util.Arrays;

/**
 * Writes the content of a JSON string in UTF-8, piece by piece. It writes into its own memory or
 * into a given array, or it only counts the bytes. So the largest documents need no second copy.
 */
public final class JsonText {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();
  private static final int SLICE = 4096;

  /** The maximum number of bytes for one char. */
  private static final int WIDEST = 6;

  private enum Kind {
    GROWS,
    FIXED,
    COUNTS
  }

  private final Kind kind;
  private byte[] bytes;
  private int at;
  private int chars;

  private JsonText(Kind kind, byte[] bytes, int at) {
    this.kind = kind;
    this.bytes = bytes;
    this.at = at;
  }

  /**
   * Writes into its own memory, which grows.
   *
   * @param expected the expected number of bytes
   */
  public static JsonText growing(int expected) {
    return new JsonText(Kind.GROWS, new byte[expected], 0);
  }

  /** Only counts the bytes. */
  public static JsonText counting() {
    return new JsonText(Kind.COUNTS, new byte[SLICE * WIDEST], 0);
  }

  /** Writes into a given array, which must be large enough. */
  public static JsonText into(byte[] target, int from) {
    return new JsonText(Kind.FIXED, target, from);
  }

  /** Returns the number of chars that were appended. */
  public int chars() {
    return chars;
  }

  /**
   * Returns the number of bytes that were written. In a given array, this is the offset of the next
   * byte.
   */
  public int size() {
    return at;
  }

  /** Returns whether {@link #bytes} contains what was written. */
  public boolean isKept() {
    return kind == Kind.GROWS;
  }

  /** Returns the array. Only the first {@link #size} bytes are valid. */
  public byte[] bytes() {
    return bytes;
  }

  /** Appends a text. */
  public void append(CharSequence text) {
    append(text, 0, text.length());
  }

  /** Appends a part of a text. The edges must not split a surrogate pair. */
  public void append(CharSequence text, int from, int to) {
    chars += to - from;
    for (int begin = from; begin < to; ) {
      int end = Math.min(to, begin + SLICE);
      if (end < to && Character.isHighSurrogate(text.charAt(end - 1))) {
        end--;
      }
      slice(text, begin, end);
      begin = end;
    }
  }

  private void slice(CharSequence text, int from, int to) {
    int counted = at;
    if (kind == Kind.COUNTS) {
      at = 0;
    } else if (kind == Kind.GROWS && bytes.length - at < WIDEST * (to - from)) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 3 / 2, at + WIDEST * (to - from)));
    }
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        ascii(c);
      } else if (Character.isHighSurrogate(c) && i + 1 < to) {
        i++;
        beyond(Character.toCodePoint(c, text.charAt(i)));
      } else {
        wide(c);
      }
    }
    at += kind == Kind.COUNTS ? counted : 0;
  }

  private void ascii(char c) {
    if (c == '"' || c == '\\') {
      bytes[at++] = '\\';
      bytes[at++] = (byte) c;
    } else if (c >= ' ') {
      bytes[at++] = (byte) c;
    } else {
      control(c);
    }
  }

  private void control(char c) {
    int letter = "\b\t\n\f\r".indexOf(c);
    bytes[at++] = '\\';
    if (letter >= 0) {
      bytes[at++] = (byte) "btnfr".charAt(letter);
      return;
    }
    bytes[at++] = 'u';
    bytes[at++] = '0';
    bytes[at++] = '0';
    bytes[at++] = (byte) HEX[c >> 4];
    bytes[at++] = (byte) HEX[c & 15];
  }

  private void wide(char c) {
    if (c < 0x800) {
      bytes[at++] = (byte) (0xC0 | c >> 6);
    } else {
      bytes[at++] = (byte) (0xE0 | c >> 12);
      bytes[at++] = (byte) (0x80 | (c >> 6 & 0x3F));
    }
    bytes[at++] = (byte) (0x80 | (c & 0x3F));
  }

  private void beyond(int point) {
    bytes[at++] = (byte) (0xF0 | point >> 18);
    bytes[at++] = (byte) (0x80 | (point >> 12 & 0x3F));
    bytes[at++] = (byte) (0x80 | (point >> 6 & 0x3F));
    bytes[at++] = (byte) (0x80 | (point & 0x3F));
  }
}
