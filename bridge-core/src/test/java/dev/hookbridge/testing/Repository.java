package dev.hookbridge.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where this repository lies, for tests that run its scripts or read its documents. */
public final class Repository {
  private Repository() {}

  /** The build says it; elsewhere, in an editor for instance, it is the folder with the wrapper. */
  public static Path root() {
    String told = System.getProperty("hookbridge.root");
    Path folder = Path.of(told == null ? "" : told).toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("no repository around " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }

  /** A file of the repository by its path from the root. */
  public static Path file(String path) {
    return root().resolve(path);
  }
}
