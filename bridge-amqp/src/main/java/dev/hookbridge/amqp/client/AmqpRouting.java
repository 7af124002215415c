package dev.hookbridge.amqp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookbridge.api.Route;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Makes routing keys. The key of an event is {@code <driver>.<operation>.<suboperation>.<object>}.
 * It always has four words, so a topic binding like {@code qemu.start.*.web_1} can rely on the
 * positions.
 *
 * <ul>
 *   <li>A dot inside a word becomes {@code _}. Characters that a binding cannot name become {@code
 *       _} too: {@code *}, {@code #}, control characters, lone surrogates.
 *   <li>An empty word becomes {@code -}.
 *   <li>A word that is too long ends in {@code ~} and 16 hex digits of the SHA-256 of the whole
 *       word, because the key is an AMQP short string of at most 255 bytes.
 * </ul>
 *
 * <p>Different names can have the same key. The attribute {@code subject} distinguishes them.
 */
public final class AmqpRouting {
  /** Maximum length of a key in bytes. An AMQP 0-9-1 short string has one length byte. */
  static final int MAX_BYTES = 255;

  private static final int WORD_BYTES = 48;
  private static final int HASH_DIGITS = 16;

  private AmqpRouting() {}

  /** Returns the routing key of an event. */
  public static String key(Route route) {
    String words =
        word(route.driver(), WORD_BYTES)
            + '.'
            + word(route.operation(), WORD_BYTES)
            + '.'
            + word(route.suboperation(), WORD_BYTES)
            + '.';
    return words + word(route.object(), MAX_BYTES - words.getBytes(UTF_8).length);
  }

  /**
   * Returns the routing key of a request: {@code <rule>.<driver>.<operation>}, with words as above.
   */
  public static String request(String rule, Route route) {
    return word(rule, WORD_BYTES + HASH_DIGITS)
        + '.'
        + word(route.driver(), WORD_BYTES)
        + '.'
        + word(route.operation(), WORD_BYTES);
  }

  private static String word(String raw, int mostBytes) {
    if (raw.isEmpty()) {
      return "-";
    }
    StringBuilder safe = new StringBuilder(raw.length());
    raw.codePoints().forEach(c -> safe.appendCodePoint(isSafe(c) ? c : '_'));
    String word = safe.toString();
    return word.getBytes(UTF_8).length <= mostBytes
        ? word
        : head(word, mostBytes - HASH_DIGITS - 1) + '~' + hash(raw);
  }

  private static boolean isSafe(int c) {
    return c != '.'
        && c != '*'
        && c != '#'
        && !Character.isISOControl(c)
        && Character.getType(c) != Character.SURROGATE;
  }

  /** Returns as many whole characters as fit. */
  private static String head(String word, int mostBytes) {
    int bytes = 0;
    int end = 0;
    while (end < word.length()) {
      int c = word.codePointAt(end);
      bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
      if (bytes > mostBytes) {
        break;
      }
      end += Character.charCount(c);
    }
    return word.substring(0, end);
  }

  private static String hash(String raw) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(raw.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_DIGITS / 2);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
