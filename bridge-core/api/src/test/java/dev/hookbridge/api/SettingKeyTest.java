package dev.hookbridge.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SettingKeyTest {
  private enum Colour {
    DARK_RED,
    BLUE,
    GREEN
  }

  private static final SettingKey<Integer> COUNT = SettingKey.number("a", 5, 1, 2_000, "A.");
  private static final SettingKey<Long> BYTES =
      SettingKey.bytes("a", "64KiB", 4096, 1L << 62, "A.");
  private static final SettingKey<Duration> TIME =
      SettingKey.duration("a", "5s", Duration.ofMillis(100), Duration.ofHours(2), "A.");
  private static final SettingKey<Colour> COLOUR = SettingKey.choice("a", Colour.BLUE, "A.");
  private static final SettingKey<Boolean> FLAG = SettingKey.flag("a", true, "A.");
  private static final SettingKey<String> WORD = SettingKey.word("a", List.of("x:", "y"), "A.");
  private static final SettingKey<List<String>> LIST = SettingKey.list("a", "", "A.");
  private static final SettingKey<Map<String, String>> MAP = SettingKey.requiredMap("a", "A.");
  private static final SettingKey<Path> PATH = SettingKey.path("a", "A.");

  private static Settings of(Object value) {
    return new Settings("sinks.feed", Map.of("a", value));
  }

  @Test
  void keyThatIsNotSetHasItsDefault() {
    Settings nothing = new Settings("", Map.of());
    assertThat(nothing.get(COUNT)).isEqualTo(5);
    assertThat(nothing.get(BYTES)).isEqualTo(64 << 10);
    assertThat(nothing.get(TIME)).isEqualTo(Duration.ofSeconds(5));
    assertThat(nothing.get(COLOUR)).isEqualTo(Colour.BLUE);
    assertThat(nothing.get(FLAG)).isTrue();
    assertThat(nothing.get(WORD)).isEqualTo("x:");
    assertThat(nothing.get(LIST)).isEmpty();
    assertThat(nothing.get(SettingKey.list("a", "*.*.*", "A."))).containsExactly("*.*.*");
    assertThat(nothing.get(SettingKey.section("a", "A."))).isEmpty();
    assertThat(nothing.get(SettingKey.any("a", "", "b", "A."))).isEmpty();
    assertThat(Stream.of(COUNT, BYTES, TIME, COLOUR).map(SettingKey::fallback))
        .containsExactly("5", "64KiB", "5s", "blue");
  }

  /** The documentation has these texts. */
  @Test
  void keySaysItsValues() {
    assertThat(Stream.of(COUNT, BYTES, TIME, COLOUR, FLAG, WORD).map(SettingKey::values))
        .containsExactly(
            "1 to 2000",
            "4KiB to 4194304TiB",
            "100ms to 2h",
            "dark-red, blue or green",
            "true or false",
            "x: or y");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1_0, 10", "' 7 ', 7", "2_000, 2000"})
  void number(String written, int value) {
    assertThat(of(written).get(COUNT)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "65536, 65536",
    "4096B, 4096",
    "64KiB, 65536",
    "4 MiB, 4194304",
    "1GiB, 1073741824",
    "2TiB, 2199023255552",
    "1_000KiB, 1024000"
  })
  void size(String written, long value) {
    assertThat(of(written).get(BYTES)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({"250ms, 250", "2s, 2000", "5m, 300000", "1h, 3600000"})
  void time(String written, long millis) {
    assertThat(of(written).get(TIME)).isEqualTo(Duration.ofMillis(millis));
  }

  @Test
  void valuesOfOtherTypes() {
    assertThat(of("dark-red").get(COLOUR)).isEqualTo(Colour.DARK_RED);
    assertThat(of(false).get(FLAG)).isFalse();
    assertThat(of(List.of("b", 7)).get(LIST)).containsExactly("b", "7");
    assertThat(of("").get(LIST)).containsExactly("");
    assertThat(of(Map.of("acks", 1)).get(MAP)).containsExactly(Map.entry("acks", "1"));
    assertThat(of("/tmp/x").get(PATH)).isEqualTo(Path.of("/tmp/x"));
    assertThat(of(Map.of("b", List.of())).get(SettingKey.any("a", "", "b", "A."))).isPresent();
  }

  /** A password may be rotated, so a file is read at each reconnect. */
  @Test
  void textIsAskedForAtEachCall() {
    int[] calls = {0};
    Settings settings = of((Supplier<String>) () -> "secret" + calls[0]++);
    SettingKey<String> key = SettingKey.text("a", "", "A.");
    assertThat(settings.get(key)).isEqualTo("secret0");
    assertThat(settings.get(key)).isEqualTo("secret1");
    assertThat(settings.toString()).doesNotContain("secret");
  }

  static Stream<List<Object>> mistakes() {
    return Stream.of(
        List.of(COUNT, "many", "sinks.feed.a is not a whole number: write digits"),
        List.of(COUNT, "0", "sinks.feed.a is 0: write a value from 1 to 2000"),
        List.of(COUNT, "2001", "sinks.feed.a is 2001: write a value from 1 to 2000"),
        List.of(COUNT, "9".repeat(30), "sinks.feed.a is not a whole number"),
        List.of(COUNT, List.of(1), "sinks.feed.a is not a single value: write one text or number"),
        List.of(BYTES, "4KB", "sinks.feed.a is not a size: write it like 64KiB, 4MiB or 1GiB"),
        List.of(BYTES, "99999999999999999GiB", "write a value from 4KiB to"),
        List.of(TIME, "5", "sinks.feed.a is not a time: write it like 250ms, 2s or 5m"),
        List.of(TIME, "99ms", "sinks.feed.a is 99ms: write a value from 100ms to 2h"),
        List.of(COLOUR, "red", "sinks.feed.a is 'red': write dark-red, blue or green"),
        List.of(FLAG, "yes", "sinks.feed.a is 'yes': write true or false"),
        List.of(WORD, "z", "sinks.feed.a is 'z': write x: or y"),
        List.of(PATH, "tmp", "sinks.feed.a is not absolute: begin it with /"),
        List.of(MAP, "x", "sinks.feed.a is not a map: write its keys below it, indented"),
        List.of(MAP, Map.of("b", List.of()), "sinks.feed.a.b is not a single value"));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void mistakeIsOneSentence(List<Object> mistake) {
    SettingKey<?> key = (SettingKey<?>) mistake.get(0);
    assertThatThrownBy(() -> of(mistake.get(1)).get(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining((String) mistake.get(2));
  }

  @Test
  void requiredKeyThatIsMissing() {
    assertThatThrownBy(() -> new Settings("", Map.of()).get(PATH))
        .hasMessage("a is missing: add it");
    assertThatThrownBy(() -> new Settings("", Map.of()).get(MAP))
        .hasMessage("a is missing: add it");
  }
}
