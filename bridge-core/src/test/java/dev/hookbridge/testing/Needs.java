package dev.hookbridge.testing;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * What a test needs and a machine may lack. A missing prerequisite aborts the test with a sentence
 * that says what to install; where the environment says {@code CI=true} it fails instead, so that
 * nothing goes untested unnoticed.
 */
public final class Needs {
  private Needs() {}

  /** A program on the {@code PATH}. */
  public static void command(String name) {
    for (String folder : path().split(File.pathSeparator, -1)) {
      if (Files.isExecutable(Path.of(folder, name))) {
        return;
      }
    }
    missing("the command '" + name + "' is not on the PATH: install it");
  }

  /** The rights of root, for instance to change owners. */
  public static void root() {
    that("root".equals(System.getProperty("user.name")), "root is needed: run the build as root");
  }

  public static void that(boolean there, String sentence) {
    if (!there) {
      missing(sentence);
    }
  }

  /** Aborts the test, or fails it in CI; does not return. */
  public static void missing(String sentence) {
    if ("true".equals(System.getenv("CI"))) {
      Assertions.fail(sentence);
    }
    Assumptions.abort(sentence);
  }

  private static String path() {
    String path = System.getenv("PATH");
    return path == null ? "/usr/bin:/bin" : path;
  }
}
