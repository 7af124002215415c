package dev.hookbridge.spool.table;

import dev.hookbridge.api.Route;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** What shows that a row of the database is the one that was written. */
final class Checksum {
  private Checksum() {}

  /** CRC-32C over texts, each with its length before it. */
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
   * SHA-256 over all of an event: its number, the sink it is for, the words it is filtered by, its
   * attributes and its data.
   *
   * @param onlySink null when it is for all sinks
   * @param attributes as they lie in the row
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
