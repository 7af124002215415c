package dev.hookbridge.docs;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A copy of the distribution that a test may change, and a trial folder for its agent. */
record Trial(Path distribution, Path data, Path log) {
  private static final Path BUILT = Repository.file("deploy/target/hookbridge");

  static Trial in(Path folder) throws IOException, InterruptedException {
    Needs.that(
        Files.isExecutable(BUILT.resolve("libexec/hookbridge-hook")),
        "the shim was not built: install a C compiler");
    Trial trial =
        new Trial(folder.resolve("hookbridge"), folder.resolve("data"), folder.resolve("log"));
    copy(BUILT, trial.distribution);
    Process layout =
        trial.start(List.of(BUILT + "/libexec/layout.sh", "--trial", trial.data.toString()));
    if (layout.waitFor() != 0) {
      throw new AssertionError(Files.readString(trial.log));
    }
    return trial;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      files.forEach(
          file -> {
            try {
              Files.copy(file, to.resolve(from.relativize(file)));
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }

  void configure(String yaml) throws IOException {
    Files.writeString(
        data.resolve("etc/hookbridge.yaml"), "host: kvm-07.example.org\nhttp: off\n" + yaml);
  }

  Process agent() throws IOException {
    return start(List.of(distribution + "/bin/hookbridge", "agent"));
  }

  /** Calls a hook as libvirt does; its exit code. */
  int hook(String driver, List<String> arguments, Path stdin)
      throws IOException, InterruptedException {
    Path hook = Files.createDirectories(data.resolve("hooks")).resolve(driver);
    Files.createSymbolicLink(hook, distribution.resolve("libexec/hookbridge-hook"));
    ProcessBuilder builder = new ProcessBuilder(hook.toString());
    builder.command().addAll(arguments);
    builder.environment().put("HOOKBRIDGE_DATA_DIR", data.toString());
    builder.redirectInput(stdin.toFile());
    builder
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .redirectErrorStream(true);
    return builder.start().waitFor();
  }

  private Process start(List<String> command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("HOOKBRIDGE_DATA_DIR", data.toString());
    builder.redirectInput(new File("/dev/null"));
    builder
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .redirectErrorStream(true);
    return builder.start();
  }
}
