package dev.hookbridge.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * An argument that libvirt passed. It is bytes, mostly UTF-8, with any content that a guest's owner
 * chose.
 *
 * @param value the text; bytes that are not UTF-8 became U+FFFD
 * @param exact whether the text contains everything that the bytes contained
 */
public record LenientText(String value, boolean exact) {
  private static final char REPLACEMENT = '\uFFFD';
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  /** Decodes bytes. */
  public static LenientText of(byte[] bytes) {
    String value = new String(bytes, StandardCharsets.UTF_8);
    return new LenientText(value, value.indexOf(REPLACEMENT) < 0 || firstInvalid(bytes) < 0);
  }

  /** Returns the offset of the first byte that is not UTF-8, or −1. */
  static int firstInvalid(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(4096);
    CharsetDecoder decoder = decoder();
    while (true) {
      CoderResult result = decoder.decode(in, out.clear(), true);
      if (result.isError()) {
        return in.position();
      }
      if (result.isUnderflow()) {
        return -1;
      }
    }
  }

  /**
   * Returns the bytes as a valid CloudEvents attribute. {@code %}, control characters,
   * noncharacters and bytes that are not UTF-8 are percent-encoded. So two different names stay
   * different, and no header is broken.
   */
  public static String encoded(byte[] bytes) {
    StringBuilder encoded = new StringBuilder(bytes.length);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CharsetDecoder decoder = decoder();
    while (true) {
      CoderResult result = decoder.decode(in, out, true);
      out.flip().codePoints().forEach(point -> append(encoded, point));
      out.clear();
      if (!result.isError()) {
        return encoded.toString();
      }
      for (int i = 0; i < result.length(); i++) {
        percent(encoded, in.get());
      }
      decoder.reset();
    }
  }

  private static void append(StringBuilder encoded, int point) {
    if (point == '%' || Character.isISOControl(point) || isNoncharacter(point)) {
      for (byte b : Character.toString(point).getBytes(StandardCharsets.UTF_8)) {
        percent(encoded, b);
      }
    } else {
      encoded.appendCodePoint(point);
    }
  }

  /**
   * Returns whether a code point is one of Unicode's 66 noncharacters, which CloudEvents does not
   * allow in a String.
   */
  private static boolean isNoncharacter(int point) {
    return (point & 0xFFFE) == 0xFFFE || (point >= 0xFDD0 && point <= 0xFDEF);
  }

  private static void percent(StringBuilder encoded, byte b) {
    encoded.append('%').append(HEX[(b >> 4) & 15]).append(HEX[b & 15]);
  }

  private static CharsetDecoder decoder() {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }
}
