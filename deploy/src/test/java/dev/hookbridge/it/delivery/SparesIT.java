package dev.hookbridge.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent lays ready is what the shim writes over, and what the agent then takes in. */
class SparesIT {
  private static final int SPARES = 128;

  @TempDir Path folder;

  @Test
  void theShimTakesWhatTheAgentHasMade() throws Exception {
    EventFile events = new EventFile(folder.resolve("events.jsonl"));
    try (Host host = new Host(folder, "kvm-07", events.sink())) {
      host.startAgent();
      Awaitility.await("spares").until(() -> ready(host).size() == SPARES);
      assertThat(host.stopAgent()).isZero();
      Set<Object> inodes = inodes(host);
      Hooks hooks = new Hooks(host);
      for (int i = 0; i < 10; i++) {
        hooks.fire("guest-0", i);
      }
      assertThat(ready(host)).hasSize(SPARES - 10);
      host.startAgent();
      Awaitility.await("events").until(() -> events.hooks().size() == 10);
      assertThat(Consumer.lives(events.all())).containsEntry("guest-0", Hooks.firsts(10));
      Awaitility.await("spares").until(() -> ready(host).size() == SPARES);
      assertThat(inodes(host)).as("the same files").isEqualTo(inodes);
      assertThat(host.stopAgent()).isZero();
    }
  }

  private static Set<Object> inodes(Host host) throws IOException {
    Set<Object> inodes = new HashSet<>();
    for (Path file : ready(host)) {
      inodes.add(Files.getAttribute(file, "unix:ino"));
    }
    return inodes;
  }

  private static List<Path> ready(Host host) throws IOException {
    try (var files = Files.list(host.data.resolve("mail/new"))) {
      return files
          .filter(file -> file.getFileName().toString().matches("\\.spare-[0-9]{3}"))
          .toList();
    }
  }
}
