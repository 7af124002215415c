package dev.hookbridge.spool.table;

import dev.hookbridge.api.Route;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Computes the checksums that show whether a row is the one that was written. */
final class Checksum {
  private Checksum() {}

  /** Returns the CRC-32C of texts. Each text is preceded by its length. */
  static long of(@Nullable String... texts) {
    CRC32C sum = new CRC32C();
    for (String text : texts) {
      byte[] bytes = bytes(text);
      sum.update(length(bytes));
      sum.update(bytes);
    }
    return sum.getValue();
  }

  /**
   * Returns the SHA-256 of a whole event: its number, its sink, the fields it is filtered by, its
   * attributes and its data.
   *
   * @param onlySink the only sink that gets the event, null when it is for all sinks
   * @param attributes the attributes as they are stored in the row
   */
  static byte[] of(
      long number,
      @Nullable String onlySink,
      Route route,
      long xmlAt,
      @Nullable String attributes,
      byte @Nullable [] data) {
    MessageDigest digest = sha256();
    digest.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(number).putLong(xmlAt).flip());
    String[] words = {
      onlySink, route.driver(), route.operation(), route.suboperation(), route.object(), attributes
    };
    for (String word : words) {
      add(digest, bytes(word));
    }
    add(digest, data == null ? new byte[0] : data);
    return digest.digest();
  }

  private static void add(MessageDigest digest, byte[] bytes) {
    digest.update(length(bytes));
    digest.update(bytes);
  }

  private static byte[] length(byte[] bytes) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array();
  }

  private static byte[] bytes(@Nullable String text) {
    return text == null ? new byte[0] : text.getBytes(StandardCharsets.UTF_8);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
