package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** libvirt passes four arguments, so only a single one can be an option. */
@ParameterizedClass
@EnumSource(Shim.class)
class OptionsTest {
  @Parameter Shim shim;
  @TempDir Path folder;

  @Test
  void version() throws IOException {
    Run.Ended ended = Run.of(shim, folder).with("--version").run();
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).matches("\\S+\n");
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void selfTest() throws IOException {
    Trial trial = new Trial(folder);
    Run.Ended ended = Run.of(shim, folder).with("--self-test").run();
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).matches("hookbridge-hook \\S+: ok\n");
    assertThat(ended.err()).isEmpty();
    assertThat(trial.files()).isEmpty();
  }

  @Test
  void aSelfTestThatCannotSpeakFails() throws IOException {
    assertThat(Run.of(shim, folder).with("--self-test").option("close=1").run().exit()).isOne();
    assertThat(Run.of(shim, folder).with("--version").option("close=1").run().exit()).isOne();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--version", "--self-test"})
  void withFourArgumentsAnOptionIsAGuestsName(String option) throws IOException {
    Trial trial = new Trial(folder);
    Run.Ended ended = Run.of(shim, folder).with(option, "start", "begin", "-").run();
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(trial.onlyCall().field("object")).isEqualTo(option);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "-", "--", "--version ", "reconnect"})
  void unknownOptionIsACall(String word) throws IOException {
    Trial trial = new Trial(folder);
    Run.Ended ended = Run.of(shim, folder).with(word).run();
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(trial.onlyCall().field("object")).isEqualTo(word);
  }
}
