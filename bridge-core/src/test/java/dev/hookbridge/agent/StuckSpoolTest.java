package dev.hookbridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.http.AgentClient;
import dev.hookbridge.http.AgentClient.Answer;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.mailbox.JavaShim;
import dev.hookbridge.testing.LoopMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk of the spool does not answer, so that the threads that take in, save and deliver hang.
 * Calls still reach the mailbox, which lies on another disk.
 */
@Tag("slow")
class StuckSpoolTest {
  private static final int CALLS = 20;

  @TempDir Path folder;

  @Test
  void requestIsAnsweredWithTheWaitingCalls() throws Exception {
    HostPaths places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    for (String name : List.of("mail/new", "gates.d", "etc", "run")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(
        places.configFile(),
        """
        host: kvm-07.example.org
        http: 127.0.0.1:0
        drain-timeout: 0s
        sinks: { local: { type: file, path: %1$s/events.jsonl }, away: { type: file, path: %1$s/no/x } }
        """
            .formatted(folder));
    try (LoopMount disk = LoopMount.make(places.spool(), "ext4", 64);
        Agent agent = Agent.start(Config.load(null, places, Map.of()), places, "0.1.0")) {
      Awaitility.await("ready").until(() -> get(agent, "/ready").status() == 200);
      assertThat(metric(agent, "hookbridge_ready")).isEqualTo(1);
      disk.freeze();
      try {
        for (int i = 0; i < CALLS; i++) {
          new JavaShim(places.mail())
              .call("qemu", List.of("web" + i, "start", "begin", "-"), new byte[0]);
        }
        Awaitility.await("the files are counted")
            .until(() -> metric(agent, "hookbridge_mailbox_files") == CALLS);
        double age = metric(agent, "hookbridge_mailbox_oldest_seconds");
        Awaitility.await("the oldest gets older")
            .until(() -> metric(agent, "hookbridge_mailbox_oldest_seconds") > age);
        Awaitility.await("/ready tells it")
            .untilAsserted(
                () ->
                    assertThat(get(agent, "/ready").body())
                        .containsPattern(
                            "failing mailbox: calls cannot be stored in the spool, for")
                        .containsPattern("failing spool: the spool does not answer, for \\d+ s"));
        assertThat(get(agent, "/ready").status()).isEqualTo(503);
        assertThat(metric(agent, "hookbridge_ready")).isZero();
        assertThat(metric(agent, "hookbridge_sink_oldest_event_age_seconds")).isPositive();
        assertThat(get(agent, "/healthy").status()).isEqualTo(200);
        assertThat(get(agent, "/").body()).contains("calls cannot be stored in the spool");
      } finally {
        disk.thaw();
      }
      Awaitility.await("all is taken in")
          .until(() -> metric(agent, "hookbridge_mailbox_files") == 0);
      Awaitility.await("ready again").until(() -> get(agent, "/ready").status() == 200);
      assertThat(metric(agent, "hookbridge_hooks_total")).isEqualTo(CALLS);
      assertThat(metric(agent, "hookbridge_mailbox_oldest_seconds")).isZero();
    }
  }

  private static Answer get(Agent agent, String path) throws IOException {
    Endpoint endpoint = Endpoint.open(agent.http().orElseThrow());
    return AgentClient.ofThisUser(endpoint, Duration.ofSeconds(60)).get(path);
  }

  /** The sum over a meter's labels. */
  private static double metric(Agent agent, String name) throws IOException {
    return Pattern.compile("^" + name + "(?:\\{.*})? (\\S+)$", Pattern.MULTILINE)
        .matcher(get(agent, "/metrics").body())
        .results()
        .mapToDouble(match -> Double.parseDouble(match.group(1)))
        .sum();
  }
}
