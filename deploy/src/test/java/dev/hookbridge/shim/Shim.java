package dev.hookbridge.shim;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The builds of the shim under test. Every suite runs against both. */
enum Shim {
  PLAIN("hookbridge-hook"),
  SANITIZED("hookbridge-hook-asan");

  private static final Path FOLDER = Path.of("target", "shim").toAbsolutePath();
  private static final Path SOURCE = Path.of("shim").toAbsolutePath();

  private final String file;

  Shim(String file) {
    this.file = file;
  }

  Path program() {
    return built().resolve(file);
  }

  static Path launcher() {
    return built().resolve("launch");
  }

  static Path layout() {
    return SOURCE.resolveSibling("layout.sh");
  }

  /** Builds what the build of the distribution does not need, once. */
  private static synchronized Path built() {
    Needs.command("cc");
    try {
      for (String name : List.of("hookbridge-hook", "hookbridge-hook-asan", "launch")) {
        if (!isFresh(FOLDER.resolve(name))) {
          Run.tool(
              "sh", SOURCE.resolve("build.sh").toString(), "--sanitize", "--tools", "" + FOLDER);
          break;
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return FOLDER;
  }

  private static boolean isFresh(Path program) throws IOException {
    if (!Files.exists(program)) {
      return false;
    }
    long time = Files.getLastModifiedTime(program).toMillis();
    try (var sources = Files.list(SOURCE)) {
      return sources.allMatch(source -> source.toFile().lastModified() < time);
    }
  }
}
