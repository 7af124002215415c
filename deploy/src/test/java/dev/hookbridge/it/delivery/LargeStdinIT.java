package dev.hookbridge.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent's heap has some fifty MiB, and a call may hold sixteen. */
class LargeStdinIT {
  private static final int MIB = 1 << 20;

  @TempDir Path folder;

  /** Each of the large calls is one whole event, and the small one after it comes too. */
  @Test
  void theLargestCallsAreDeliveredByASmallAgent() throws Exception {
    EventFile events = new EventFile(folder.resolve("events.jsonl"));
    try (Host host = new Host(folder, "kvm-07", events.sink())) {
      Hooks hooks = new Hooks(host);
      host.startAgent();
      host.awaitReady();
      List<Integer> sizes = List.of(4 * MIB, 8 * MIB, 12 * MIB, 16 * MIB - 64);
      for (int size : sizes) {
        hooks.fire("qemu", List.of("web-" + size, "start", "begin", "-"), domain(size));
      }
      hooks.fire("qemu", List.of("web-small", "start", "begin", "-"), domain(400));
      Awaitility.await("all of them")
          .atMost(Duration.ofSeconds(60))
          .failFast(() -> assertThat(host.agentLives()).as(host.log()).isTrue())
          .until(() -> events.hooks().size() == sizes.size() + 1);
      assertThat(host.stopAgent()).isZero();
      for (Consumer.Message event : events.hooks()) {
        JsonNode data = event.json();
        String subject = event.attributes().get("subject");
        assertThat(data.path("xml").isTextual()).as(subject).isTrue();
        assertThat(data.path("domain").path("name").asText()).as(subject).isEqualTo("web");
      }
      assertThat(host.log()).doesNotContain("OutOfMemory", "unexpected");
    }
  }

  private static String domain(int size) {
    String head = "<domain type='kvm'><name>web</name><description>";
    String tail = "</description></domain>";
    return head + "x".repeat(size - head.length() - tail.length()) + tail;
  }
}
