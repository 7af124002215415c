package dev.hookbridge.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs programs that read or write a broker without any code of this project. */
public final class ForeignClient {
  private ForeignClient() {}

  /**
   * Runs a program and returns its output. It must exit with 0 within two minutes.
   *
   * @param folder its working directory, where its output is kept
   */
  public static String run(Path folder, String... command) throws Exception {
    Path output = folder.resolve("output");
    Path errors = folder.resolve("errors");
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    boolean ended = process.waitFor(120, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertThat(ended && process.exitValue() == 0)
        .as("%s: %s", String.join(" ", command), Files.readString(errors))
        .isTrue();
    return Files.readString(output);
  }
}
