package dev.hookbridge.api;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A part of the configuration. The values are as a user wrote them, with {@code ${file:…}} and
 * {@code ${env:…}} replaced. A file is read whenever a value is asked for, so that a reconnect uses
 * the current password. {@link #toString} never contains a value, because any value may be a
 * secret.
 */
public final class Settings {
  private final String path;
  private final Map<String, ?> values;

  /**
   * Makes settings of these values.
   *
   * @param path the position in the configuration, for messages: {@code sinks.feed}; empty for the
   *     top level
   * @param values texts, numbers, lists and maps; a {@link Supplier} is asked for its text whenever
   *     a value is needed, and may throw {@link IllegalArgumentException} with one sentence
   */
  public Settings(String path, Map<String, ?> values) {
    this.path = path;
    this.values = values;
  }

  /**
   * Returns the value of a key, or its default when it is not set.
   *
   * @throws IllegalArgumentException with one sentence that names the key, what was found and what
   *     to write, when the value does not fit the key or a required key is missing
   */
  public <T> T get(SettingKey<T> key) {
    return key.read(this);
  }

  /** Returns whether a key is set. */
  public boolean has(SettingKey<?> key) {
    return values.get(key.name()) != null;
  }

  /** Returns an exception about a key, for a check that only the caller can do. */
  public IllegalArgumentException wrong(SettingKey<?> key, String found, String advice) {
    return wrong(key.name(), found, advice);
  }

  /** Returns an exception about an entry of a map, {@code properties.acks} for instance. */
  public IllegalArgumentException wrong(String key, String found, String advice) {
    String where = path.isEmpty() ? key : path + "." + key;
    return new IllegalArgumentException(where + " " + found + ": " + advice);
  }

  /** Returns what is written, or the default; a required key must be set. */
  String text(SettingKey<?> key) {
    Optional<Object> written = raw(key);
    if (written.isEmpty() && key.required()) {
      throw wrong(key, "is missing", "add it");
    }
    return written.map(value -> scalar(key.name(), value)).orElse(key.fallback());
  }

  Optional<Object> raw(SettingKey<?> key) {
    return Optional.ofNullable(values.get(key.name()));
  }

  String scalar(String key, Object value) {
    if (value instanceof Map || value instanceof List) {
      throw wrong(key, "is not a single value", "write one text or number");
    }
    return String.valueOf(value instanceof Supplier<?> now ? now.get() : value);
  }

  /** Returns a duration as a user would write it, in the largest unit without a remainder. */
  public static String time(Duration time) {
    long millis = time.toMillis();
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

  @Override
  public String toString() {
    return path + values.keySet();
  }
}
