package dev.hookbridge.cli;

import dev.hookbridge.config.HostPaths;
import dev.hookbridge.mailbox.JavaShim;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes one hook call: with the shim, through a link with the name of a libvirt hook, or with the
 * Java twin.
 */
interface HookInvoker extends AutoCloseable {
  /** Makes the call and returns the exit code of the hook. */
  int fire(Recording.Call call) throws IOException, InterruptedException;

  /** Returns a name for messages. */
  String name();

  @Override
  void close() throws IOException;

  /**
   * Returns an invoker of the shim, if the distribution has one, otherwise of the twin.
   *
   * @param twin whether to use the twin in any case
   */
  static HookInvoker choose(HostPaths places, boolean twin) throws IOException {
    String home = System.getProperty("hookbridge.home", "");
    Path shim = Path.of(home, "libexec", "hookbridge-hook").toAbsolutePath();
    boolean useShim = !twin && !home.isEmpty() && Files.isExecutable(shim);
    return useShim ? new ByShim(shim, places) : new ByTwin(new JavaShim(places.mail()));
  }

  /** Runs {@code <temporary>/hooks/<driver>}, a link to the shim. */
  final class ByShim implements HookInvoker {
    private final Path shim;
    private final HostPaths places;
    private final Path folder;
    private final List<Path> made = new ArrayList<>();

    ByShim(Path shim, HostPaths places) throws IOException {
      this.shim = shim;
      this.places = places;
      Path temporary = Files.createTempDirectory("hookbridge-fire");
      this.folder = Files.createDirectory(temporary.resolve("hooks"));
      made.add(temporary);
      made.add(folder);
    }

    @Override
    public int fire(Recording.Call call) throws IOException, InterruptedException {
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
        Files.createSymbolicLink(link, shim);
        made.add(link);
      }
      return link;
    }

    @Override
    public String name() {
      return "the shim (" + shim + ")";
    }

    @Override
    public void close() throws IOException {
      for (int i = made.size() - 1; i >= 0; i--) {
        Files.deleteIfExists(made.get(i));
      }
    }
  }

  /** Writes the same record file in Java. */
  record ByTwin(JavaShim twin) implements HookInvoker {
    @Override
    public int fire(Recording.Call call) throws IOException {
      twin.call(call.driver(), call.arguments(), call.stdin());
      return 0;
    }

    @Override
    public String name() {
      return "the Java shim";
    }

    @Override
    public void close() {}
  }
}
