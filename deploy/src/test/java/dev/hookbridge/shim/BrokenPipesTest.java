package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Deadline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** stdout and stderr may be closed, full or left by their reader. */
@ParameterizedClass
@EnumSource(Shim.class)
class BrokenPipesTest {
  @Parameter Shim shim;
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"close=1", "close=2", "full=1", "full=2"})
  void theExitCodeStaysWhatItIs(String option) throws IOException {
    Trial trial = new Trial(folder);
    assertThat(call(option, "start").exit()).isZero();
    assertThat(call(option, "reconnect").exit()).isZero();
    assertThat(trial.calls()).hasSize(2);

    trial.conf("when-full: fail-hook\nreserve: 100%\n");
    assertThat(call(option, "start").exit()).isOne();
    Deadline.kept(Duration.ofMillis(100), call(option, "start").took());
    assertThat(call(option, "reconnect").exit()).isZero();
  }

  @Test
  void aReaderThatHasLeftDoesNotKillIt() throws Exception {
    new Trial(folder).conf("when-full: fail-hook\nreserve: 100%\n");
    Process process = Run.of(shim, folder).start();
    process.getErrorStream().close();
    process.getInputStream().close();
    process.getOutputStream().close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isOne();
  }

  private Run.Ended call(String option, String operation) throws IOException {
    return Run.of(shim, folder).option(option).with("g", operation, "begin", "-").run();
  }
}
