package dev.hookbridge.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent has in memory is bounded, however large the events are that wait. */
class MemoryIT {
  private static final int CALLS = Boolean.getBoolean("hookbridge.full") ? 40 : 8;
  private static final int MIB = 1 << 20;
  private static final long MOST_KIB = 128 << 10;

  @TempDir Path folder;

  /** Two sinks take them from the spool at the same time, and a third waits for its broker. */
  @Test
  void largeEventsPassWholeOneAfterTheOther() throws Exception {
    EventFile events = new EventFile(folder.resolve("events.jsonl"));
    String more =
        "  second: { type: file, path: "
            + folder.resolve("second.jsonl")
            + ", rotate-bytes: 1024GiB }\n"
            + "  down: { type: amqp, uri: \"amqp://127.0.0.1:1/\", exchange: x }\n";
    try (Host host = new Host(folder, "kvm-07", events.sink() + more)) {
      Hooks hooks = new Hooks(host);
      List<String> names = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        names.add("large-" + i);
        hooks.fire("qemu", List.of("large-" + i, "start", "begin", "-"), domain(10 * MIB, i));
        names.add("small-" + i);
        hooks.fire("qemu", List.of("small-" + i, "start", "begin", "-"), domain(8 << 10, i));
      }
      names.add("largest");
      hooks.fire("qemu", List.of("largest", "start", "begin", "-"), domain(16 * MIB, 0));
      host.startAgent();
      Awaitility.await("every event at both files")
          .atMost(Duration.ofMinutes(10))
          .pollInterval(Duration.ofMillis(200))
          .failFast(() -> assertThat(host.agentLives()).as(host.log()).isTrue())
          .until(() -> host.metric("hookbridge_sink_published_total") >= 2 * names.size());
      long peak = host.peakKib();
      assertThat(host.stopAgent()).isZero();
      System.out.printf(Locale.ROOT, "%d calls of 10 MiB, peak RSS %d KiB%n", CALLS, peak);
      assertWhole(events.path(), names);
      assertWhole(folder.resolve("second.jsonl"), names);
      assertThat(host.log()).doesNotContain("OutOfMemory", "unexpected");
      assertThat(peak).as("peak RSS in KiB").isLessThan(MOST_KIB);
    }
  }

  private static void assertWhole(Path file, List<String> names) throws IOException {
    List<String> seen = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode event = Consumer.JSON.readTree(line);
        if (event.path("type").asText().startsWith("dev.hookbridge.libvirt.")) {
          seen.add(event.path("subject").asText());
          assertThat(event.at("/data/xml").isTextual()).as(seen.toString()).isTrue();
          assertThat(event.at("/data/parseError").isMissingNode()).isTrue();
        }
      }
    }
    assertThat(seen).isEqualTo(names);
  }

  /** As a guest with very many disks has it. */
  private static String domain(int size, int number) {
    String tail = "</devices></domain>";
    StringBuilder xml = new StringBuilder(size);
    xml.append("<domain type='kvm'><name>web</name><devices>\n");
    for (int disk = 0; ; disk++) {
      String one =
          String.format(
              Locale.ROOT,
              "<disk type='file' device='disk'><driver name='qemu' type='qcow2'/>"
                  + "<source file='/srv/%d/image-%d.qcow2'/><target dev='vd%x' bus='virtio'/></disk>\n",
              number,
              disk,
              disk);
      if (xml.length() + one.length() + tail.length() > size) {
        return xml.append(tail).toString();
      }
      xml.append(one);
    }
  }
}
