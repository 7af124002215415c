package dev.hookbridge.it.hosts;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What the build has packed. */
final class Packages {
  private Packages() {}

  static Path deb() throws IOException {
    Path target = Repository.file("deploy/target");
    try (Stream<Path> files = Files.list(target)) {
      List<Path> found =
          files
              .filter(file -> file.getFileName().toString().matches("hookbridge_.*\\.deb"))
              .toList();
      Needs.that(found.size() == 1, "there is no .deb in " + target + ": run ./mvnw package");
      return found.get(0);
    }
  }
}
