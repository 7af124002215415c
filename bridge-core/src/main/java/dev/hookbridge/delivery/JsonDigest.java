package dev.hookbridge.delivery;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The size and the hash of the text in a JSON string. It processes the bytes of the string piece by
 * piece, because a text may have 16 MiB.
 */
record JsonDigest(long bytes, String sha256) {
  private static final int SOME = 8192;

  /**
   * Returns size and hash of a text.
   *
   * @param json UTF-8 in which only ASCII characters are escaped, as this program writes it
   * @param from the offset after the opening quote
   * @param to the offset of the closing quote
   */
  static JsonDigest of(byte[] json, int from, int to) {
    MessageDigest digest = sha256Digest();
    ByteArrayOutputStream text = new ByteArrayOutputStream(SOME + 4);
    long bytes = 0;
    for (int at = from; at < to; ) {
      if (json[at] != '\\') {
        text.write(json[at++]);
      } else if (json[at + 1] == 'u') {
        text.writeBytes(unicode(json, at + 2).getBytes(StandardCharsets.UTF_8));
        at += 6;
      } else {
        int control = "btnfr".indexOf(json[at + 1]);
        text.write(control < 0 ? json[at + 1] : "\b\t\n\f\r".charAt(control));
        at += 2;
      }
      if (text.size() >= SOME || at == to) {
        bytes += text.size();
        digest.update(text.toByteArray());
        text.reset();
      }
    }
    return new JsonDigest(bytes, HexFormat.of().formatHex(digest.digest()));
  }

  private static String unicode(byte[] json, int at) {
    String hex = new String(json, at, 4, StandardCharsets.US_ASCII);
    return String.valueOf((char) Integer.parseInt(hex, 16));
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Returns the JSON for {@code data.reduced}. */
  String describe() {
    return "{\"bytes\":" + bytes + ",\"sha256\":\"" + sha256 + "\"}";
  }
}
