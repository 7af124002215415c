package dev.hookbridge.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing executable is ever unpacked: {@code /tmp} and the data folder may forbid it. */
class NoexecIT {
  private static final String NOEXEC =
      "mount --bind PLACE PLACE; mount -o remount,bind,noexec PLACE; cp /bin/true PLACE/probe.$$; "
          + "PLACE/probe.$$ 2>/dev/null || echo executes nothing: PLACE; rm PLACE/probe.$$; ";

  @TempDir Path folder;

  @Test
  void theNativeLibraryIsTheShippedOne() throws Exception {
    Needs.root();
    Needs.command("unshare");
    EventFile events = new EventFile(folder.resolve("events.jsonl"));
    try (Host host = new Host(folder, "kvm-07", events.sink())) {
      host.startAgent("unshare", "--mount", "sh", "-c", noexec(host.data), "sh");
      host.awaitReady();
      assertThat(host.log()).contains("executes nothing: /tmp", "executes nothing: " + host.data);
      new Hooks(host).fire("guest-0", 0);
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> events.hooks().size() == 1);
      assertThat(libraries(host)).containsExactly(shipped().toString());
      assertThat(host.stopAgent()).isZero();
    }
  }

  /** Shows that the other test can fail: the driver's own way is to unpack the library. */
  @Test
  void unpackedItWouldNotLoad() throws Exception {
    Needs.root();
    Needs.command("unshare");
    EventFile events = new EventFile(folder.resolve("events.jsonl"));
    try (Host host = new Host(folder, "kvm-07", events.sink())) {
      String unpack =
          "HOOKBRIDGE_JAVA_OPTS=-Dorg.sqlite.tmpdir=/tmp; export HOOKBRIDGE_JAVA_OPTS; ";
      host.startAgent("unshare", "--mount", "sh", "-c", unpack + noexec(host.data), "sh");
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> !host.agentLives());
      assertThat(host.log().lines().filter(line -> line.startsWith("hookbridge: ")))
          .singleElement()
          .asString()
          .contains("native library");
    }
  }

  /** Makes both places noexec for one process, tries it, and becomes the agent. */
  private static String noexec(Path data) {
    StringBuilder script = new StringBuilder("set -e; ");
    for (String place : List.of("/tmp", data.toString())) {
      script.append(NOEXEC.replace("PLACE", place));
    }
    return script + "exec \"$@\"";
  }

  private static Path shipped() throws IOException {
    return Host.DISTRIBUTION.resolve("lib/native/libsqlitejdbc.so").toRealPath();
  }

  /** The SQLite libraries the agent has mapped. */
  private static List<String> libraries(Host host) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(host.pid()), "maps")).stream()
        .map(line -> line.replaceFirst("^(\\S+\\s+){5}", ""))
        .filter(file -> file.contains("sqlite") && file.endsWith(".so"))
        .distinct()
        .toList();
  }
}
