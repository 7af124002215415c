package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** One run of a shim as libvirt would start it, or as libvirt never would. */
final class Run {
  /** How a run ended. */
  record Ended(int exit, String out, String err, Duration took) {}

  private final Set<String> options = new LinkedHashSet<>();
  private final Map<String, String> environment = new TreeMap<>();
  private final Path program;
  private List<String> prefix = List.of();
  private List<byte[]> arguments = new ArrayList<>();
  private ProcessBuilder.Redirect stdin = ProcessBuilder.Redirect.from(new File("/dev/null"));
  private byte[] input = {};

  private Run(Path program) {
    this.program = program;
    as("/etc/libvirt/hooks/qemu").with("guest", "prepare", "begin", "-");
  }

  static Run of(Path program) {
    return new Run(program);
  }

  /** A call into a trial folder; the environment is otherwise libvirt's. */
  static Run of(Shim shim, Path trial) {
    return new Run(shim.program())
        .environment("HOOKBRIDGE_DATA_DIR", trial.toString())
        .environment("ASAN_OPTIONS", "log_path=" + trial.resolve("sanitizer"));
  }

  Run as(String argv0) {
    arguments = new ArrayList<>(List.of(argv0.getBytes(StandardCharsets.UTF_8)));
    return this;
  }

  Run with(String... texts) {
    byte[][] bytes = new byte[texts.length][];
    for (int i = 0; i < texts.length; i++) {
      bytes[i] = texts[i].getBytes(StandardCharsets.UTF_8);
    }
    return with(bytes);
  }

  Run with(byte[]... bytes) {
    arguments = new ArrayList<>(arguments.subList(0, Math.min(1, arguments.size())));
    arguments.addAll(List.of(bytes));
    return this;
  }

  /** Not even an argv[0]. */
  Run withNothing() {
    arguments.clear();
    return this;
  }

  Run environment(String name, String value) {
    environment.put(name, value);
    return this;
  }

  Run without(String name) {
    environment.remove(name);
    return this;
  }

  /** An option of the launcher: close=1, full=2, uid=65534 ... */
  Run option(String text) {
    options.add(text);
    return this;
  }

  Run under(String... command) {
    prefix = List.of(command);
    return this;
  }

  Run stdin(byte[] bytes) {
    stdin = ProcessBuilder.Redirect.PIPE;
    input = bytes;
    return this;
  }

  Run stdin(Path file) {
    stdin = ProcessBuilder.Redirect.from(file.toFile());
    return this;
  }

  /** Starts it with a pipe on stdin that stays open. */
  Process start() throws IOException {
    stdin = ProcessBuilder.Redirect.PIPE;
    return builder().start();
  }

  Ended run() throws IOException {
    Path out = Files.createTempFile("hook", ".out");
    Path err = Files.createTempFile("hook", ".err");
    try {
      long began = System.nanoTime();
      Process process = builder().redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      feed(process.getOutputStream());
      int exit = process.waitFor();
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      return new Ended(exit, Files.readString(out), Files.readString(err), took);
    } catch (InterruptedException e) {
      throw new IOException(e);
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  private void feed(OutputStream pipe) {
    try (pipe) {
      pipe.write(input);
    } catch (IOException e) {
      // The shim stopped reading; what it recorded of it is the test's to judge.
    }
  }

  private ProcessBuilder builder() {
    List<String> command = new ArrayList<>(prefix);
    command.add(Shim.launcher().toString());
    command.addAll(options);
    command.add(program.toString());
    arguments.forEach(bytes -> command.add(HexFormat.of().formatHex(bytes)));
    ProcessBuilder builder = new ProcessBuilder(command).redirectInput(stdin);
    builder.environment().clear();
    builder.environment().putAll(Map.of("LC_ALL", "C", "PATH", "/usr/sbin:/usr/bin:/sbin:/bin"));
    builder.environment().putAll(environment);
    return builder;
  }

  /** Runs a tool of the test itself and wants it to succeed. */
  static String tool(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + output).isZero();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    return output;
  }
}
