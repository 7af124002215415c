package dev.hookbridge.envelope.summary;

import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parses numbers as libvirt writes them. The result is null for an invalid number. */
final class Units {
  /** libvirt counts bytes in 64 bits. */
  private static final int MOST_BITS = 64;

  private Units() {}

  static String orKib(@Nullable String unit) {
    return unit == null || unit.isEmpty() ? "KiB" : unit;
  }

  /** Parses a whole number of at least 0. */
  static @Nullable Long whole(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > 18) {
      return null;
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return null;
      }
    }
    return Long.valueOf(text);
  }

  /**
   * Parses a number of an address as libvirt does: hexadecimal after 0x, octal after 0, otherwise
   * decimal.
   */
  static @Nullable Long unsigned(@Nullable String text) {
    if (text == null || text.isEmpty() || text.length() > 18) {
      return null;
    }
    boolean hex = text.startsWith("0x") || text.startsWith("0X");
    int radix = hex ? 16 : text.startsWith("0") ? 8 : 10;
    long number = 0;
    for (int i = hex ? 2 : 0; i < text.length(); i++) {
      int digit = text.charAt(i) < 128 ? Character.digit(text.charAt(i), radix) : -1;
      number = number * radix + digit;
      if (digit < 0 || number > 0xFFFF_FFFFL) {
        return null;
      }
    }
    return hex && text.length() == 2 ? null : Long.valueOf(number);
  }

  /**
   * Returns a size in KiB, rounded up as libvirt does. The units are those of libvirt's "scaled
   * integer".
   */
  static @Nullable Long kib(String text, String unit) {
    Long number = whole(text);
    BigInteger scale = scale(unit.toLowerCase(Locale.ROOT));
    if (number == null || scale.signum() == 0) {
      return null;
    }
    BigInteger bytes = BigInteger.valueOf(number).multiply(scale);
    BigInteger kib = bytes.add(BigInteger.valueOf(1023)).shiftRight(10);
    return bytes.bitLength() > MOST_BITS ? null : Long.valueOf(kib.longValue());
  }

  /** Returns the number of bytes of a unit, or 0 for an unknown unit. */
  private static BigInteger scale(String unit) {
    if (unit.equals("b") || unit.equals("byte") || unit.equals("bytes")) {
      return BigInteger.ONE;
    }
    int power = unit.isEmpty() ? 0 : 1 + "kmgtpe".indexOf(unit.charAt(0));
    if (power == 0) {
      return BigInteger.ZERO;
    }
    return switch (unit.substring(1)) {
      case "", "ib" -> BigInteger.ONE.shiftLeft(10 * power);
      case "b" -> BigInteger.valueOf(1000).pow(power);
      default -> BigInteger.ZERO;
    };
  }
}
