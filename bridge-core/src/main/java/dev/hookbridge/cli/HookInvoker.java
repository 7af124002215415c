package dev.hookbridge.cli;

import dev.hookbridge.command.Failures;
import dev.hookbridge.config.HostPaths;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes hook calls with the distribution's hook, through links with the names of libvirt's hooks.
 */
final class HookInvoker implements AutoCloseable {
  private final Path hook;
  private final HostPaths places;
  private final Path folder;
  private final List<Path> made = new ArrayList<>();

  /**
   * Makes an invoker and the temporary folder for its links.
   *
   * @throws Failures.Failure when the distribution has no hook
   */
  HookInvoker(HostPaths places) throws IOException, Failures.Failure {
    this.hook =
        Path.of(System.getProperty("hookbridge.home", ""), "libexec", "hookbridge-hook")
            .toAbsolutePath();
    if (!Files.isExecutable(hook)) {
      throw new Failures.Failure(
          hook + " is missing: install musl-tools or gcc and build the distribution again");
    }
    this.places = places;
    Path temporary = Files.createTempDirectory("hookbridge-fire");
    this.folder = Files.createDirectory(temporary.resolve("hooks"));
    made.add(temporary);
    made.add(folder);
  }

  /** Makes the call and returns the exit code of the hook. */
  int fire(Recording.Call call) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(link(call.driver()).toString());
    command.addAll(call.arguments());
    ProcessBuilder builder = new ProcessBuilder(command);
    if (places.trial()) {
      builder.environment().put(HostPaths.VARIABLE, places.data().toString());
    }
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    Process process = builder.start();
    try (OutputStream stdin = process.getOutputStream()) {
      stdin.write(call.stdin());
    } catch (IOException e) {
      return process.waitFor(); // a hook may end without reading; its exit code counts
    }
    return process.waitFor();
  }

  private Path link(String driver) throws IOException {
    Path link = folder.resolve(driver);
    if (!made.contains(link)) {
      Files.createSymbolicLink(link, hook);
      made.add(link);
    }
    return link;
  }

  /** Returns the file of the hook. */
  Path hook() {
    return hook;
  }

  @Override
  public void close() throws IOException {
    for (int i = made.size() - 1; i >= 0; i--) {
      Files.deleteIfExists(made.get(i));
    }
  }
}
