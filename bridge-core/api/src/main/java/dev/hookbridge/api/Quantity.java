package dev.hookbridge.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kind of number in the configuration.
 *
 * @param units the factor of each unit
 * @param written writes a number as a user would, in the largest unit without a remainder
 */
record Quantity(String what, String advice, Map<String, Long> units, LongFunction<String> written) {
  static final Quantity COUNT =
      new Quantity("a whole number", "write digits", Map.of("", 1L), String::valueOf);
  static final Quantity BYTES =
      new Quantity(
          "a size",
          "write it like 64KiB, 4MiB or 1GiB",
          Map.of(
              "", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30, "TiB", 1L << 40),
          Quantity::size);
  static final Quantity MILLIS =
      new Quantity(
          "a time",
          "write it like 250ms, 2s or 5m",
          Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L),
          millis -> Settings.time(Duration.ofMillis(millis)));

  private static final Pattern WRITTEN = Pattern.compile("(\\d[\\d_]{0,17})\\s*([A-Za-zµ]*)");

  /** Returns the number in the smallest unit, {@link Long#MAX_VALUE} if it is larger than that. */
  OptionalLong parse(String text) {
    Matcher number = WRITTEN.matcher(text.trim());
    Long unit = number.matches() ? units.get(number.group(2)) : null;
    if (unit == null) {
      return OptionalLong.empty();
    }
    long count = Long.parseLong(number.group(1).replace("_", ""));
    return OptionalLong.of(count > Long.MAX_VALUE / unit ? Long.MAX_VALUE : count * unit);
  }

  private static String size(long bytes) {
    int step = bytes == 0 ? 0 : Math.min(4, Long.numberOfTrailingZeros(bytes) / 10);
    return (bytes >> (10 * step)) + List.of("", "KiB", "MiB", "GiB", "TiB").get(step);
  }
}
