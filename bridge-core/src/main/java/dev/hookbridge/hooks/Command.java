package dev.hookbridge.hooks;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end, with a time limit. */
final class Command {
  private static final int MOST = 64 << 10;

  private Command() {}

  /**
   * The result of a program.
   *
   * @param exit the exit code, above 128 for a signal
   * @param out the first 64 KiB of its output on both streams
   */
  record Result(int exit, String out) {}

  /**
   * Runs a program without input.
   *
   * @throws IOException when it cannot be executed, or when it was killed at the time limit
   */
  static Result run(Duration patience, String... command) throws IOException {
    // The output goes to a file. With a pipe we would wait for every process that inherits its
    // other end.
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
