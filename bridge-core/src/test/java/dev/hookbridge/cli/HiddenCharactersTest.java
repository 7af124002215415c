package dev.hookbridge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.command.Line;
import dev.hookbridge.decider.DecideText;
import dev.hookbridge.text.TextSanitizer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What steers a terminal, or is not seen, reaches nobody as it is; what is written in does. */
class HiddenCharactersTest {
  @Test
  void noFormatCharacterIsShown() {
    IntStream.concat(
            IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
                .filter(point -> Character.getType(point) == Character.FORMAT),
            IntStream.rangeClosed(0xe0000, 0xe007f))
        .forEach(
            point -> {
              String text = "a" + Character.toString(point) + "b";
              assertThat(TextSanitizer.isHidden(point)).as("%x", point).isTrue();
              assertThat(TextSanitizer.text(text, 100)).isEqualTo("a b");
              assertThat(DecideText.printable(text)).isEqualTo("a b");
              assertThat(Line.safe(text)).isEqualTo(String.format("a\\u{%x}b", point));
            });
  }

  @Test
  void lettersOfAllScriptsAre() {
    IntStream.rangeClosed('!', Character.MAX_CODE_POINT)
        .filter(Character::isLetterOrDigit)
        .forEach(point -> assertThat(TextSanitizer.isHidden(point)).as("%x", point).isFalse());
  }
}
