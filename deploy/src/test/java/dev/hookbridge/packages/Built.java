package dev.hookbridge.packages;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the build has packed. */
final class Built {
  private static final Path TARGET = Repository.file("deploy/target");

  private Built() {}

  static Path deb() throws IOException {
    return one("hookbridge_.*\\.deb", "./mvnw package");
  }

  static Path rpm() throws IOException {
    return one("hookbridge-\\d.*\\.rpm", "./mvnw package");
  }

  static Path archive() throws IOException {
    return one("hookbridge-\\d.*\\.tar\\.gz", "./mvnw package");
  }

  static Path runtimeDeb() throws IOException {
    return one("hookbridge-runtime_.*\\.deb", "./mvnw package -Pruntime");
  }

  static Path runtimeRpm() throws IOException {
    return one("hookbridge-runtime-\\d.*\\.rpm", "./mvnw package -Pruntime");
  }

  private static Path one(String name, String how) throws IOException {
    try (Stream<Path> files = Files.list(TARGET)) {
      List<Path> found = files.filter(file -> file.getFileName().toString().matches(name)).toList();
      Needs.that(found.size() == 1, "there is no " + name + " in " + TARGET + ": run " + how);
      return found.get(0);
    }
  }
}
