package dev.hookbridge.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.LongFunction;
import java.util.stream.Stream;

/**
 * A key of the configuration: its name, type, bounds, default and description. Each key is declared
 * once. {@link Settings#get} reads it, and the documentation is compared with it.
 *
 * <p>A value that does not fit the key is an {@link IllegalArgumentException} with one sentence
 * that names the key, what was found and what to write. Instances are immutable.
 *
 * @param <T> the type of the value
 */
public final class SettingKey<T> {
  /** Makes the value from what is written. */
  private interface Parser<T> {
    T parse(Settings settings, SettingKey<T> key);
  }

  private final String name;
  private final String fallback;
  private final boolean required;
  private final String values;
  private final String description;
  private final Parser<T> parser;

  private SettingKey(
      String name,
      String fallback,
      boolean required,
      String values,
      String description,
      Parser<T> parser) {
    this.name = name;
    this.fallback = fallback;
    this.required = required;
    this.values = values;
    this.description = description;
    this.parser = parser;
  }

  private SettingKey(
      String name, String fallback, String values, String description, Parser<T> parser) {
    this(name, fallback, false, values, description, parser);
  }

  /** Returns a key for a text that must be set. */
  public static SettingKey<String> required(String name, String description) {
    return new SettingKey<>(name, "", true, "text", description, Settings::text);
  }

  /** Returns a key for the absolute path of a file, which must be set. */
  public static SettingKey<Path> path(String name, String description) {
    return new SettingKey<>(name, "", true, "absolute path", description, SettingKey::path);
  }

  /** Returns a key for a text. */
  public static SettingKey<String> text(String name, String fallback, String description) {
    return new SettingKey<>(name, fallback, "text", description, Settings::text);
  }

  /** Returns a key for one of a few words. The first one is the default. */
  public static SettingKey<String> word(String name, List<String> words, String description) {
    return oneOf(name, 0, words, words::get, description);
  }

  /** Returns a key for a constant of an enum, written in lower case with dashes. */
  public static <E extends Enum<E>> SettingKey<E> choice(
      String name, E fallback, String description) {
    E[] constants = fallback.getDeclaringClass().getEnumConstants();
    List<String> words = Stream.of(constants).map(SettingKey::word).toList();
    return oneOf(
        name, words.indexOf(word(fallback)), words, index -> constants[index], description);
  }

  /** Returns a key for {@code true} or {@code false}. */
  public static SettingKey<Boolean> flag(String name, boolean fallback, String description) {
    List<String> words = List.of("true", "false");
    return oneOf(name, fallback ? 0 : 1, words, index -> index == 0, description);
  }

  /** Returns a key for a whole number within bounds. Underscores in it are ignored. */
  public static SettingKey<Integer> number(
      String name, int fallback, int least, int most, String description) {
    return quantity(
        name, String.valueOf(fallback), Quantity.COUNT, least, most, description, Math::toIntExact);
  }

  /** Returns a key for a number of bytes: {@code 65536}, {@code 64KiB}, {@code 4MiB}. */
  public static SettingKey<Long> bytes(
      String name, String fallback, long least, long most, String description) {
    return quantity(name, fallback, Quantity.BYTES, least, most, description, bytes -> bytes);
  }

  /** Returns a key for a duration: {@code 250ms}, {@code 2s}, {@code 5m}, {@code 1h}. */
  public static SettingKey<Duration> duration(
      String name, String fallback, Duration least, Duration most, String description) {
    return quantity(
        name,
        fallback,
        Quantity.MILLIS,
        least.toMillis(),
        most.toMillis(),
        description,
        Duration::ofMillis);
  }

  /** Returns a key for a list of texts. A single text counts as a list of one. */
  public static SettingKey<List<String>> list(String name, String fallback, String description) {
    return new SettingKey<>(name, fallback, "text or list", description, SettingKey::list);
  }

  /** Returns a key for a list of texts, which must be set. */
  public static SettingKey<List<String>> requiredList(String name, String description) {
    return new SettingKey<>(name, "", true, "text or list", description, SettingKey::list);
  }

  /** Returns a key for a map of texts, which must be set. The value keeps the order of the file. */
  public static SettingKey<Map<String, String>> requiredMap(String name, String description) {
    return new SettingKey<>(name, "", true, "map", description, SettingKey::texts);
  }

  /** Returns a key for a map with keys of its own. It is empty if it is not set. */
  public static SettingKey<Map<String, Object>> section(String name, String description) {
    return new SettingKey<>(name, "", "map", description, SettingKey::entries);
  }

  /**
   * Returns a key whose value may have several forms: the caller looks at it.
   *
   * @param values the forms, for the documentation
   */
  public static SettingKey<Optional<Object>> any(
      String name, String fallback, String values, String description) {
    return new SettingKey<>(
        name, fallback, values, description, (settings, key) -> settings.raw(key));
  }

  /** Returns the name as it is written in the configuration. */
  public String name() {
    return name;
  }

  /** Returns the default as a user would write it, empty if there is none. */
  public String fallback() {
    return fallback;
  }

  /** Returns whether the key must be set. */
  public boolean required() {
    return required;
  }

  /** Returns the possible values for the documentation, for instance {@code 1s to 60s}. */
  public String values() {
    return values;
  }

  /** Returns one sentence for the documentation. */
  public String description() {
    return description;
  }

  T read(Settings settings) {
    return parser.parse(settings, this);
  }

  @Override
  public String toString() {
    return name;
  }

  private static <T> SettingKey<T> oneOf(
      String name, int fallback, List<String> words, IntFunction<T> made, String description) {
    int last = words.size() - 1;
    String values = String.join(", ", words.subList(0, last)) + " or " + words.get(last);
    return new SettingKey<>(
        name,
        words.get(fallback),
        values,
        description,
        (settings, key) -> {
          String written = settings.text(key);
          if (!words.contains(written)) {
            throw settings.wrong(key, "is '" + written + "'", "write " + values);
          }
          return made.apply(words.indexOf(written));
        });
  }

  private static <T> SettingKey<T> quantity(
      String name,
      String fallback,
      Quantity kind,
      long least,
      long most,
      String description,
      LongFunction<T> made) {
    String range = kind.written().apply(least) + " to " + kind.written().apply(most);
    return new SettingKey<>(
        name,
        fallback,
        range,
        description,
        (settings, key) -> {
          String text = settings.text(key);
          long value =
              kind.parse(text)
                  .orElseThrow(() -> settings.wrong(key, "is not " + kind.what(), kind.advice()));
          if (value < least || value > most) {
            throw settings.wrong(key, "is " + text, "write a value from " + range);
          }
          return made.apply(value);
        });
  }

  private static Path path(Settings settings, SettingKey<Path> key) {
    Path path = Path.of(settings.text(key));
    if (!path.isAbsolute()) {
      throw settings.wrong(key, "is not absolute", "begin it with /");
    }
    return path;
  }

  private static List<String> list(Settings settings, SettingKey<?> key) {
    if (settings.raw(key).orElse("") instanceof List<?> list) {
      return list.stream().map(item -> settings.scalar(key.name, item)).toList();
    }
    String text = settings.text(key);
    return text.isEmpty() && !settings.has(key) ? List.of() : List.of(text);
  }

  private static Map<String, String> texts(Settings settings, SettingKey<?> key) {
    Map<String, String> texts = new LinkedHashMap<>();
    entries(settings, key)
        .forEach(
            (entry, value) -> texts.put(entry, settings.scalar(key.name + "." + entry, value)));
    return texts;
  }

  private static Map<String, Object> entries(Settings settings, SettingKey<?> key) {
    Map<String, Object> entries = new LinkedHashMap<>();
    if (!settings.has(key) && !key.required) {
      return entries;
    }
    if (settings.raw(key).orElseGet(() -> settings.text(key)) instanceof Map<?, ?> map) {
      map.forEach((entry, value) -> entries.put(String.valueOf(entry), value));
      return entries;
    }
    throw settings.wrong(key, "is not a map", "write its keys below it, indented");
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
