package dev.hookbridge.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.mailbox.Backlog;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A long mailbox is taken in and delivered in order, in memory that does not grow with it. */
class LongMailboxIT {
  private static final int CALLS = Boolean.getBoolean("hookbridge.full") ? 1_000_000 : 20_000;
  private static final int GUESTS = 100;
  private static final long MOST_KIB = 128 << 10;

  @TempDir Path folder;

  @Test
  void aLongMailboxNeedsNoMemoryAndKeepsItsOrder() throws Exception {
    EventFile events = new EventFile(folder.resolve("events.jsonl"));
    try (Host host = new Host(folder, "kvm-07", events.sink())) {
      Backlog.write(host.data.resolve("mail/new"), CALLS, GUESTS);
      host.startAgent();
      Awaitility.await("every event")
          .atMost(Duration.ofMinutes(60))
          .pollInterval(Duration.ofMillis(200))
          .until(() -> host.metric("hookbridge_sink_published_total") > CALLS);
      long peak = host.peakKib();
      assertThat(host.stopAgent()).isZero();
      System.out.printf(Locale.ROOT, "%d calls, peak RSS %d KiB%n", CALLS, peak);
      assertInOrder(events.path());
      assertThat(host.mailboxFiles()).isZero();
      assertThat(peak).as("peak RSS in KiB").isLessThan(MOST_KIB);
      assertThat(host.log()).containsPattern("taking in a long mailbox: \\d+ calls so far, \\d+ ");
    }
  }

  /**
   * By the number in its title each call follows the one before, which is more than is promised.
   */
  private static void assertInOrder(Path events) throws IOException {
    int next = 0;
    try (BufferedReader lines = Files.newBufferedReader(events)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        JsonNode event = Consumer.JSON.readTree(line);
        if (event.path("type").asText().startsWith("dev.hookbridge.libvirt.")) {
          assertThat(event.at("/data/domain/title").asText()).isEqualTo(Integer.toString(next++));
        }
      }
    }
    assertThat(next).isEqualTo(CALLS);
  }
}
