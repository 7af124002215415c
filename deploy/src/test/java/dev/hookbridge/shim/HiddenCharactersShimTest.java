package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.text.TextSanitizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hook and the agent keep the same characters from a person. */
class HiddenCharactersShimTest {
  private static final int AT_ONCE = 200;

  @TempDir Path folder;

  @Test
  void noFormatCharacterIsShown() throws IOException {
    List<Integer> hidden =
        IntStream.concat(
                points(point -> Character.getType(point) == Character.FORMAT),
                IntStream.rangeClosed(0xe0000, 0xe007f))
            .boxed()
            .toList();
    assertThat(hidden)
        .contains(0xad, 0x61c, 0xfff9, 0xfffb, 0x1d173, 0x1d17a)
        .hasSizeGreaterThan(200);
    assertThat(hidden).allMatch(TextSanitizer::isHidden);
    for (int from = 0; from < hidden.size(); from += AT_ONCE) {
      List<Integer> some = hidden.subList(from, Math.min(from + AT_ONCE, hidden.size()));
      assertThat(shown(some)).matches("[?]+");
    }
  }

  /** Both ways, in the planes in which there is anything: every other character says what it is. */
  @Test
  void andNothingElseIsHidden() throws IOException {
    List<Integer> seen =
        points(point -> !TextSanitizer.isHidden(point) && Character.isLetterOrDigit(point))
            .filter(point -> point % 97 == 0 || point < 0x3000)
            .boxed()
            .toList();
    for (int from = 0; from < seen.size(); from += AT_ONCE) {
      List<Integer> some = seen.subList(from, Math.min(from + AT_ONCE, seen.size()));
      assertThat(shown(some)).isEqualTo(text(some));
    }
  }

  private static IntStream points(IntPredicate which) {
    return IntStream.rangeClosed(0xa0, Character.MAX_CODE_POINT).filter(which);
  }

  private static String text(List<Integer> points) {
    StringBuilder text = new StringBuilder();
    points.forEach(text::appendCodePoint);
    return text.toString();
  }

  /** What a user of virsh reads of a veto's reason. */
  private String shown(List<Integer> reason) throws IOException {
    Trial trial = new Trial(folder);
    try (TestGate gate = new TestGate(trial).alive()) {
      gate.rules(TestGate.rule("r", "* * * * -", 10_000, "allow"))
          .answering(TestGate.answer(1, "decided", "r", text(reason)));
      String err = Run.of(Shim.PLAIN, folder).with("g", "start", "begin", "-").run().err();
      assertThat(err).startsWith("vetoed by r: ").endsWith("\n");
      return err.substring("vetoed by r: ".length(), err.length() - 1);
    }
  }
}
