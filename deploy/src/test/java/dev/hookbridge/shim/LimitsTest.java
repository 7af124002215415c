package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * libvirtd's limits are its children's: whatever they are, a reconnect succeeds, and a call that
 * cannot be stored is told somewhere. The sanitizers need memory that such limits do not leave.
 */
class LimitsTest {
  private static final int MEMORY = 16 << 20;

  @TempDir Path folder;
  private Trial trial;

  @BeforeEach
  void makeFolder() throws IOException {
    trial = new Trial(folder);
  }

  @ParameterizedTest
  @ValueSource(strings = {"as", "data"})
  void littleMemoryIsEnough(String limit) throws IOException {
    Run.Ended ended = reconnect(new byte[100_000], limit + "=" + MEMORY);
    assertThat(ended.exit()).isZero();
    assertThat(trial.onlyCall().stdin).hasSize(100_000);
  }

  /** What there is no memory for is cut off, and counted. */
  @ParameterizedTest
  @ValueSource(strings = {"as", "data"})
  void aLargeStdinIsKeptAsFarAsThereIsMemory(String limit) throws IOException {
    int size = 16 << 20;
    assertThat(reconnect(new byte[size], limit + "=" + MEMORY).exit()).isZero();
    Mail call = trial.onlyCall();
    assertThat(call.stdin.length).isBetween(1 << 20, size - 1);
    assertThat(call.field("truncated")).isEqualTo("" + size);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16})
  void fewDescriptors(int files) throws Exception {
    storedOrTold("nofile=" + files, 24);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 9, 10, 20, 30, 100, 200})
  void filesThatMayNotGrow(int bytes) throws Exception {
    storedOrTold("fsize=" + bytes, 27);
  }

  /** No half line is left for the next one to be lost in. */
  @Test
  void lossLinesUnderAFileSizeLimitAreComplete() throws IOException {
    for (int bytes = 0; bytes < 300; bytes += 29) {
      reconnect(new byte[10], "mayraise=0", "fsize=" + bytes);
    }
    assertThat(trial.lost()).allMatch(line -> line.matches(Trial.LINE));
  }

  private void storedOrTold(String limit, int errno) throws Exception {
    Needs.root();
    Run.Ended logged = reconnect(new byte[10], "mayraise=0", "log=1", limit);
    assertThat(logged.exit()).isZero();
    boolean stored = trial.calls().size() == 1;
    assertThat(
            stored
                || (logged.out() + logged.err()).matches("(?s).*(errno " + errno + "|is lost, ).*"))
        .as(logged + " " + trial.lost())
        .isTrue();

    List<String> before = trial.lost();
    Process hook = // with pipes: the limit would hold for files of this test as well
        Run.of(Shim.PLAIN, folder)
            .option("mayraise=0")
            .option(limit)
            .with("g", "reconnect", "begin", "-")
            .start();
    hook.getOutputStream().close();
    String text = new String(hook.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(hook.waitFor()).isZero();
    assertThat(
            trial.calls().size() == 2
                || trial.lost().size() > before.size()
                || text.contains("is lost, "))
        .as("where nothing listens for logs: " + text + trial.lost())
        .isTrue();
    assertThat(trial.hidden()).isEmpty();
  }

  private Run.Ended reconnect(byte[] stdin, String... options) throws IOException {
    Run run = Run.of(Shim.PLAIN, folder).with("g", "reconnect", "begin", "-").stdin(stdin);
    for (String option : options) {
      run.option(option);
    }
    return run.run();
  }
}
