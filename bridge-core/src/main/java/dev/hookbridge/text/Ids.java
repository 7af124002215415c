package dev.hookbridge.text;

import java.time.Instant;
import java.util.UUID;

/**
 * Makes UUIDs of version 7 (RFC 9562, 5.7: milliseconds, then random bits), and formats numbers.
 */
public final class Ids {
  private Ids() {}

  /** Returns a new UUID for this time. */
  public static String next(Instant now) {
    UUID random = UUID.randomUUID();
    long randomBits = random.getMostSignificantBits() & 0xFFF;
    return new UUID(
            now.toEpochMilli() << 16 | 0x7000 | randomBits, random.getLeastSignificantBits())
        .toString();
  }

  /**
   * Formats a number with 20 digits, so that the order of the texts is the order of the numbers.
   */
  public static String digits(long number) {
    String digits = Long.toString(number);
    return "0".repeat(Math.max(0, 20 - digits.length())) + digits;
  }
}
