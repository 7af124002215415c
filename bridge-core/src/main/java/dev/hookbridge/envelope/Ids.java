package dev.hookbridge.envelope;

import java.time.Instant;
import java.util.UUID;

/** UUIDs of version 7 (RFC 9562, 5.7): milliseconds, then random bits. */
final class Ids {
  private Ids() {}

  static String next(Instant now) {
    UUID random = UUID.randomUUID();
    long randomBits = random.getMostSignificantBits() & 0xFFF;
    return new UUID(
            now.toEpochMilli() << 16 | 0x7000 | randomBits, random.getLeastSignificantBits())
        .toString();
  }
}
