package dev.hookbridge.text;

import java.util.Arrays;

/**
 * The content of a JSON string in UTF-8, written piece by piece: into memory of its own, into the
 * array where it is wanted, or nowhere, to know how long it is. So the largest documents need no
 * second copy.
 */
public final class JsonText {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();
  private static final int SLICE = 4096;

  /** The most bytes that one char becomes. */
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

  public static JsonText growing(int expected) {
    return new JsonText(Kind.GROWS, new byte[expected], 0);
  }

  /** Keeps nothing but the size. */
  public static JsonText counting() {
    return new JsonText(Kind.COUNTS, new byte[SLICE * WIDEST], 0);
  }

  /** Writes into an array that is large enough. */
  public static JsonText into(byte[] target, int from) {
    return new JsonText(Kind.FIXED, target, from);
  }

  /** How many chars have come. */
  public int chars() {
    return chars;
  }

  /** How many bytes they have become; where the next one goes, in a given array. */
  public int size() {
    return at;
  }

  /** Whether {@link #bytes} has what was written. */
  public boolean isKept() {
    return kind == Kind.GROWS;
  }

  /** The first {@link #size} of them count. */
  public byte[] bytes() {
    return bytes;
  }

  public void append(CharSequence text) {
    append(text, 0, text.length());
  }

  /** No pair of surrogates may lie across the edges. */
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
