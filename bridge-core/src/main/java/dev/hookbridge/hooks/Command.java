package dev.hookbridge.hooks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end, for a bounded time. */
final class Command {
  private static final int MOST = 64 << 10;

  private Command() {}

  /**
   * @param exit its exit code, above 128 for a signal
   * @param out the beginning of what it printed on both streams
   */
  record Result(int exit, String out) {}

  /**
   * @throws IOException when it cannot be executed, or has not ended in time; then it is killed
   */
  static Result run(Duration patience, String... command) throws IOException {
    // Into a file: a pipe would make us wait for whoever inherits its other end.
    Path out = Files.createTempFile("hookbridge", ".out");
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new IOException(String.join(" ", command) + " did not end in " + patience);
      }
      try (var in = Files.newInputStream(out)) {
        String said = new String(in.readNBytes(MOST), StandardCharsets.UTF_8);
        return new Result(process.exitValue(), said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(List.of(command) + " was interrupted", e);
    } finally {
      Files.deleteIfExists(out);
    }
  }
}
