package dev.hookbridge.it.hosts;

import dev.hookbridge.harness.machine.BootedHost;
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

  /** Boots a host that has the package and the script that defines guests, not yet run. */
  static BootedHost boot(Path folder, BootedHost.Security security) throws Exception {
    Path deb = deb();
    BootedHost host = BootedHost.start(folder, security, 0);
    try {
      host.put(deb, "/root/hookbridge.deb");
      host.put(Repository.file("deploy/src/test/resources/hosts/define"), "/root/define");
      return host;
    } catch (IOException | RuntimeException | Error e) {
      host.close();
      throw e;
    }
  }

  private static Path deb() throws IOException {
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
