package dev.hookbridge.file;

import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Another agent that writes to the same file: it says whether it may, and stays if it does. */
final class MortalWriter {
  private MortalWriter() {}

  static Process start(Path file) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            MortalWriter.class.getName(),
            file.toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  public static void main(String[] args) throws InterruptedException {
    Settings settings = new Settings("sinks.b", Map.of("path", args[0]));
    try {
      new FileTransport().open(settings, new SinkContext("b", "host", new SimpleMeterRegistry()));
    } catch (SinkException e) {
      System.out.println(e.getMessage());
      return;
    }
    System.out.println("open");
    Thread.sleep(60_000);
  }
}
