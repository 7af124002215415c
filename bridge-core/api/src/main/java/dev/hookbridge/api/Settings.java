package dev.hookbridge.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A part of the configuration with typed access. The values are as a user wrote them, with {@code
 * ${file:…}} and {@code ${env:…}} replaced. A file is read whenever a getter is called, so that a
 * reconnect uses the current password. Every getter throws {@link IllegalArgumentException} with
 * one sentence that names the key, what was expected and what was found. {@link #toString} never
 * contains a value, because any value may be a secret.
 */
public final class Settings {
  private static final Pattern QUANTITY = Pattern.compile("(\\d{1,15})\\s*([A-Za-zµ]*)");
  private final String path;
  private final Map<String, ?> values;

  /**
   * Makes settings of these values.
   *
   * @param path the position in the configuration, for messages: {@code sinks.feed}
   * @param values texts, numbers, lists and maps; a {@link Supplier} is asked for its text whenever
   *     a getter needs it, and may throw {@link IllegalArgumentException} with one sentence
   */
  public Settings(String path, Map<String, ?> values) {
    this.path = path;
    this.values = values;
  }

  /** Returns whether a key is set. */
  public boolean has(String key) {
    return values.get(key) != null;
  }

  /** Returns the text of a required key. */
  public String text(String key) {
    Object value = values.get(key);
    if (value == null) {
      throw wrong(key, "is missing", "add it");
    }
    return scalar(key, value);
  }

  /** Returns the text of a key, or {@code fallback} when it is not set. */
  public String text(String key, String fallback) {
    return has(key) ? text(key) : fallback;
  }

  /**
   * Returns a whole number from {@code least} to {@code most}, or {@code fallback} when the key is
   * not set. Underscores in the number are ignored.
   */
  public long number(String key, long fallback, long least, long most) {
    if (!has(key)) {
      return fallback;
    }
    try {
      long value = Long.parseLong(text(key).replace("_", ""));
      return within(key, value, least, most, String::valueOf);
    } catch (NumberFormatException e) {
      throw wrong(key, "is not a whole number", "write one from " + least + " to " + most);
    }
  }

  /** Returns a number of bytes: {@code 65536}, {@code 64KiB}, {@code 4MiB}, {@code 1GiB}. */
  public long bytes(String key, String fallback, long least, long most) {
    Matcher quantity = QUANTITY.matcher(text(key, fallback).trim());
    if (quantity.matches()) {
      int shift =
          switch (quantity.group(2)) {
            case "", "B" -> 0;
            case "KiB" -> 10;
            case "MiB" -> 20;
            case "GiB" -> 30;
            default -> -1;
          };
      if (shift >= 0) {
        long count = Long.parseLong(quantity.group(1));
        long bytes = count > (Long.MAX_VALUE >> shift) ? Long.MAX_VALUE : count << shift;
        return within(key, bytes, least, most, Settings::size);
      }
    }
    throw wrong(key, "is not a size", "write it like 64KiB, 4MiB or 1GiB");
  }

  /** Returns a duration: {@code 250ms}, {@code 2s}, {@code 5m}, {@code 1h}. */
  public Duration duration(String key, String fallback, Duration least, Duration most) {
    Matcher quantity = QUANTITY.matcher(text(key, fallback).trim());
    if (quantity.matches()) {
      long unit =
          switch (quantity.group(2)) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 0;
          };
      long count = Long.parseLong(quantity.group(1));
      if (unit > 0 && count <= Long.MAX_VALUE / unit) {
        long millis = within(key, count * unit, least.toMillis(), most.toMillis(), Settings::time);
        return Duration.ofMillis(millis);
      }
    }
    throw wrong(key, "is not a time", "write it like 250ms, 2s or 5m");
  }

  /** Returns {@code true} or {@code false}, or {@code fallback} when the key is not set. */
  public boolean flag(String key, boolean fallback) {
    return switch (text(key, String.valueOf(fallback))) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(key, "is neither true nor false", "write one of them");
    };
  }

  /** Returns a constant of an enum. Its name is written in lower case with dashes. */
  public <E extends Enum<E>> E choice(String key, E fallback) {
    String written = text(key, word(fallback));
    StringBuilder words = new StringBuilder();
    for (E constant : fallback.getDeclaringClass().getEnumConstants()) {
      if (word(constant).equals(written)) {
        return constant;
      }
      words.append(words.isEmpty() ? "" : ", ").append(word(constant));
    }
    throw wrong(key, "is '" + written + "'", "write one of " + words);
  }

  /** Returns a list of texts. A single text counts as a list of one. */
  public List<String> list(String key, List<String> fallback) {
    Object value = values.get(key);
    if (value == null) {
      return fallback;
    }
    if (value instanceof List<?> list) {
      return list.stream().map(item -> scalar(key, item)).toList();
    }
    return List.of(scalar(key, value));
  }

  /** Returns a map of texts, in the order in which it was written. */
  public Map<String, String> map(String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    Object value = values.get(key);
    if (value instanceof Map<?, ?> map) {
      map.forEach((name, item) -> texts.put(String.valueOf(name), scalar(key + "." + name, item)));
    } else if (value != null) {
      throw wrong(key, "is not a map", "write its entries below it, indented");
    }
    return texts;
  }

  /** Returns an exception about a key, for a check that only the transport can do. */
  public IllegalArgumentException wrong(String key, String found, String advice) {
    return new IllegalArgumentException(path + "." + key + " " + found + ": " + advice);
  }

  private long within(String key, long value, long least, long most, LongFunction<String> shown) {
    if (value < least || value > most) {
      String range = "from " + shown.apply(least) + " to " + shown.apply(most);
      throw wrong(key, "is " + text(key), "write a value " + range);
    }
    return value;
  }

  /** Returns a size as a user would write it, in the largest unit without a remainder. */
  private static String size(long bytes) {
    int shift = bytes == 0 ? 0 : Math.min(3, Long.numberOfTrailingZeros(bytes) / 10);
    return (bytes >> (10 * shift)) + List.of("", "KiB", "MiB", "GiB").get(shift);
  }

  /** Returns a duration as a user would write it, in the largest unit without a remainder. */
  public static String time(Duration time) {
    return time(time.toMillis());
  }

  private static String time(long millis) {
    if (millis == 0) {
      return "0s";
    }
    if (millis % 1_000 != 0) {
      return millis + "ms";
    }
    long seconds = millis / 1_000;
    return seconds % 3_600 == 0
        ? seconds / 3_600 + "h"
        : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }

  private String scalar(String key, Object value) {
    if (value instanceof Map || value instanceof List) {
      throw wrong(key, "is not a single value", "write one text or number");
    }
    return String.valueOf(value instanceof Supplier<?> now ? now.get() : value);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @Override
  public String toString() {
    return path + values.keySet();
  }
}
