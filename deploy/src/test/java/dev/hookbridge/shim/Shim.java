package dev.hookbridge.shim;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The builds of the shim under test. Every suite runs against both. */
enum Shim {
  PLAIN("hookbridge-hook"),
  SANITIZED("hookbridge-hook-asan");

  /**
   * Where the build of the distribution puts its shim, and where the tests put what only they need.
   */
  private static final Path BUILT = Path.of("target", "shim", "hookbridge-hook").toAbsolutePath();

  private static final Path TOOLS = Path.of("target", "shim-test").toAbsolutePath();
  private static final Path SOURCE = Path.of("shim").toAbsolutePath();

  private final String file;

  Shim(String file) {
    this.file = file;
  }

  Path program() {
    return this == PLAIN && isFresh(BUILT) ? BUILT : tool(file);
  }

  static Path launcher() {
    return tool("launch");
  }

  /** Holds a folder, and the renames of its file system, until its stdin ends. */
  static Path holder() {
    return tool("hold");
  }

  /** Between root's terminal and a command of the agent's user. */
  static Path relay() {
    Path built = BUILT.resolveSibling("hookbridge-relay");
    return isFresh(built) ? built : tool("hookbridge-relay");
  }

  static Path layout() {
    return SOURCE.resolveSibling("layout.sh");
  }

  static Path build() {
    return SOURCE.resolve("build.sh");
  }

  private static synchronized Path tool(String name) {
    Needs.command("cc");
    Path tool = TOOLS.resolve(name);
    if (!isFresh(tool)) {
      try {
        Run.tool("sh", build().toString(), "--sanitize", "--tools", TOOLS.toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return tool;
  }

  private static boolean isFresh(Path program) {
    long time = program.toFile().lastModified(); // 0 when it is not there
    try (var sources = Files.list(SOURCE)) {
      return sources.allMatch(source -> source.toFile().lastModified() < time);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
