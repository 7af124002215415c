package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Deadline;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever stdin is, the call is recorded, and soon. */
@ParameterizedClass
@EnumSource(Shim.class)
class StdinTest {
  private static final int MOST = 16 << 20;

  @Parameter Shim shim;
  @TempDir Path folder;

  @Test
  void nothingOnStdin() throws IOException {
    assertThat(recorded(Run.of(shim, folder)).stdin).isEmpty();
  }

  @Test
  void stdinClosed() throws IOException {
    assertThat(recorded(Run.of(shim, folder).option("close=0")).stdin).isEmpty();
  }

  @Test
  void everyDescriptorClosed() throws IOException {
    Run run = Run.of(shim, folder).option("close=0").option("close=1").option("close=2");
    assertThat(recorded(run).stdin).isEmpty();
  }

  @Test
  void stdinThatIsAFolder() throws IOException {
    assertThat(recorded(Run.of(shim, folder).under("sh", "-c", "exec \"$@\" < /", "sh")).stdin)
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 9, 8192, 326_310, MOST - 1, MOST})
  void fittingStdinIsKeptWhole(int size) throws IOException {
    byte[] bytes = random(size);
    Mail mail = recorded(Run.of(shim, folder).stdin(bytes));
    assertThat(Arrays.equals(mail.stdin, bytes)).isTrue();
    assertThat(mail.fields).doesNotContainKey("truncated");
  }

  @ParameterizedTest
  @ValueSource(ints = {MOST + 1, MOST + 3_000_000})
  void oversizedStdinIsTruncatedAndCounted(int size) throws IOException {
    byte[] bytes = random(size);
    Mail mail = recorded(Run.of(shim, folder).stdin(bytes));
    assertThat(Arrays.equals(mail.stdin, Arrays.copyOf(bytes, MOST))).isTrue();
    assertThat(mail.field("truncated")).isEqualTo("" + size);
  }

  @Test
  void aStreamWithoutEndIsLeftAfterTwoSeconds() throws IOException {
    Run run = Run.of(shim, folder).stdin(Path.of("/dev/zero"));
    assertThat(recorded(run).stdin).hasSize(MOST);
  }

  @Test
  void aCallerThatNeverClosesIsLeftAfterTwoSeconds() throws Exception {
    Trial trial = new Trial(folder);
    long began = System.nanoTime();
    Process process = Run.of(shim, folder).start();
    OutputStream stdin = process.getOutputStream();
    stdin.write("<domain/>".getBytes());
    stdin.flush();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    Deadline.waited(Duration.ofSeconds(2), Duration.ofNanos(System.nanoTime() - began));
    assertThat(process.exitValue()).isZero();
    assertThat(trial.onlyCall().stdin).asString().isEqualTo("<domain/>");
  }

  @Test
  void aCallerThatDripsIsLeftAfterTwoSecondsToo() throws Exception {
    Trial trial = new Trial(folder);
    Path drip = Files.writeString(folder.resolve("drip"), "while echo x; do sleep 0.1; done");
    Process dripping =
        new ProcessBuilder("sh", drip.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    long began = System.nanoTime();
    Process process = Run.of(shim, folder).start();
    Thread pump = new Thread(() -> pump(dripping, process));
    pump.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    Deadline.waited(Duration.ofSeconds(2), Duration.ofNanos(System.nanoTime() - began));
    dripping.destroy();
    pump.join();
    assertThat(trial.onlyCall().stdin).asString().startsWith("x\nx\n");
  }

  private static void pump(Process from, Process to) {
    try (OutputStream out = to.getOutputStream()) {
      for (int c = from.getInputStream().read(); c >= 0; c = from.getInputStream().read()) {
        out.write(c);
        out.flush();
      }
    } catch (IOException e) {
      // The hook has left, which is what the test wants to see.
    }
  }

  private static byte[] random(int size) {
    System.out.println("seed " + size);
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private Mail recorded(Run run) throws IOException {
    Trial trial = new Trial(folder);
    Run.Ended ended = run.run();
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).isEmpty();
    Deadline.kept(Duration.ofSeconds(2), ended.took());
    return trial.onlyCall();
  }
}
