package dev.hookbridge.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DisplayTextTest {
  @ParameterizedTest
  @ValueSource(strings = {"web1", "Gäst 7", "数据库", "<b>&\"'", "a%0Ab", "e\u0301"})
  void aNameIsShownAsItIs(String name) {
    assertThat(DisplayText.name(name)).isEqualTo(name);
  }

  @Test
  void invisibleCharactersAreEscaped() {
    assertThat(DisplayText.name("evil\u202egnp.exe")).isEqualTo("evil\\u{202e}gnp.exe");
    assertThat(DisplayText.name("a\u2066b\u200bc\ufeff"))
        .isEqualTo("a\\u{2066}b\\u{200b}c\\u{feff}");
    assertThat(DisplayText.name("a\nb\u0000\u007f\u2028"))
        .isEqualTo("a\\u{a}b\\u{0}\\u{7f}\\u{2028}");
    assertThat(DisplayText.name("half\ud800")).isEqualTo("half\\u{d800}");
    assertThat(DisplayText.name("tag\udb40\udc41")).isEqualTo("tag\\u{e0041}");
  }

  @Test
  void marksCannotBeHeapedUponALetter() {
    String heap = DisplayText.name("z" + "\u0335".repeat(30));
    assertThat(heap.chars().filter(c -> c == 0x335)).hasSize(4);
    assertThat(heap).contains("\\u{335}");
  }

  @Test
  void aLongNameIsCutBetweenCharacters() {
    assertThat(DisplayText.name("x".repeat(80))).isEqualTo("x".repeat(80));
    assertThat(DisplayText.name("x".repeat(4000))).isEqualTo("x".repeat(80) + "…");
    assertThat(DisplayText.name("🐧".repeat(100))).isEqualTo("🐧".repeat(80) + "…");
    assertThat(DisplayText.name("\u0001".repeat(4000))).hasSize(80 * "\\u{1}".length() + 1);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.0 s",
    "9.94, 9.9 s",
    "59.9, 59 s",
    "61, 1 min 1 s",
    "3599, 59 min 59 s",
    "7261, 2 h 1 min",
    "172800, 2 d 0 h",
    "NaN, unknown"
  })
  void spans(double seconds, String words) {
    assertThat(DisplayText.span(seconds)).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "1023, 1023 B",
    "1024, 1.0 KiB",
    "307200, 300 KiB",
    "4294967296, 4.0 GiB",
    "17592186044416, 16 TiB"
  })
  void sizes(long bytes, String words) {
    assertThat(DisplayText.bytes(bytes)).isEqualTo(words);
  }

  @Test
  void timesAreOfTheDayInUtc() {
    Instant now = Instant.parse("2026-02-03T23:00:00Z");
    assertThat(DisplayText.time("2026-02-03T04:05:06.123456789Z", now)).isEqualTo("04:05:06.123");
    assertThat(DisplayText.time("2026-02-02T04:05:06Z", now)).isEqualTo("02-02 04:05:06");
    assertThat(DisplayText.time("yester\u202eday", now)).isEqualTo("yester\\u{202e}day");
    assertThat(DisplayText.time("", now)).isEmpty();
    assertThat(DisplayText.clock(now)).isEqualTo("23:00:00 UTC");
  }

  @ParameterizedTest
  @CsvSource({
    "dev.hookbridge.libvirt.qemu.started.v1, qemu.started",
    "dev.hookbridge.agent.started.v1, agent.started",
    "dev.hookbridge.lost.v12, lost",
    "org.example.other, org.example.other"
  })
  void types(String type, String words) {
    assertThat(DisplayText.type(type)).isEqualTo(words);
  }

  @Test
  void countsCanBeRead() {
    assertThat(DisplayText.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(DisplayText.count(Double.NaN)).isEqualTo("unknown");
  }
}
