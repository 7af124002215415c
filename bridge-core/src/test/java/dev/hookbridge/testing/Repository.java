package dev.hookbridge.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** Finds files of this repository, for tests that run its scripts or read its documents. */
public final class Repository {
  private Repository() {}

  /**
   * Returns the root folder. The build sets it. Otherwise, for example in an editor, it is the
   * parent folder that contains the Maven wrapper.
   */
  public static Path root() {
    String reported = System.getProperty("hookbridge.root");
    Path folder = Path.of(reported == null ? "" : reported).toAbsolutePath();
    while (!Files.exists(folder.resolve("mvnw"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("no repository around " + Path.of("").toAbsolutePath());
      }
    }
    return folder;
  }

  /** Returns a file by its path from the root. */
  public static Path file(String path) {
    return root().resolve(path);
  }
}
