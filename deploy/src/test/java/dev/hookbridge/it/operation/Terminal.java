package dev.hookbridge.it.operation;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A person at a terminal: a shell in a pseudo terminal of its own, by script(1). */
final class Terminal implements AutoCloseable {
  private final Process process;
  private final Path screen;

  /**
   * @param screen gets all that the terminal is sent
   * @param command of the shell
   */
  Terminal(Path screen, Map<String, String> environment, String command) throws IOException {
    this.screen = screen;
    // As from a login: in the background of a shell SIGINT and SIGQUIT are ignored.
    ProcessBuilder builder =
        new ProcessBuilder("env", "--default-signal", "script", "-qefc", command, "/dev/null");
    builder.environment().putAll(environment);
    builder.environment().put("LC_ALL", "C.UTF-8");
    builder.redirectErrorStream(true);
    builder.redirectOutput(screen.toFile());
    process = builder.start();
  }

  String screen() throws IOException {
    return new String(Files.readAllBytes(screen), StandardCharsets.ISO_8859_1);
  }

  void await(String text) {
    Awaitility.await(text)
        .atMost(Duration.ofMinutes(2))
        .failFast("the shell has ended", () -> !process.isAlive() && !screen().contains(text))
        .until(() -> screen().contains(text));
  }

  void type(String text) throws IOException {
    OutputStream keyboard = process.getOutputStream();
    keyboard.write(text.getBytes(StandardCharsets.UTF_8));
    keyboard.flush();
  }

  /** The pid of the only JVM that was started here. */
  long java() {
    return process
        .descendants()
        .filter(each -> each.info().command().orElse("").endsWith("/java"))
        .findFirst()
        .orElseThrow()
        .pid();
  }

  /** The shell's exit code. */
  int end() throws InterruptedException, IOException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the shell did not end in 60 s:\n" + screen());
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
  }
}
