package dev.hookbridge.text;

import java.time.Instant;
import java.util.UUID;

/** Makes UUIDs of version 7 (RFC 9562, 5.7): milliseconds, then random bits. */
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
}
