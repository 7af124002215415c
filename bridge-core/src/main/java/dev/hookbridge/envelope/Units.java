package dev.hookbridge.envelope;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as libvirt writes them. What is no number is nothing. */
final class Units {
  private Units() {}

  static String orKib(@Nullable String unit) {
    return unit == null ? "KiB" : unit;
  }

  /** A whole number from 0 on. */
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

  /** A size in KiB, rounded down; units as in libvirt's "scaled integer". */
  static @Nullable Long kib(String text, String unit) {
    Long number = whole(text);
    long bytes = bytes(unit.toLowerCase(Locale.ROOT));
    if (number == null || bytes == 0 || number > Long.MAX_VALUE / bytes) {
      return null;
    }
    return number * bytes / 1024;
  }

  private static long bytes(String unit) {
    return switch (unit) {
      case "b", "byte", "bytes" -> 1;
      case "kb" -> 1_000;
      case "k", "kib" -> 1L << 10;
      case "mb" -> 1_000_000;
      case "m", "mib" -> 1L << 20;
      case "gb" -> 1_000_000_000;
      case "g", "gib" -> 1L << 30;
      case "tb" -> 1_000_000_000_000L;
      case "t", "tib" -> 1L << 40;
      default -> 0;
    };
  }
}
