package dev.hookbridge.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.spool.SinkStatus;
import dev.hookbridge.spool.SpoolView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sink that is no longer configured had not confirmed goes only when all has started. */
class RemovedSinkTest {
  @TempDir Path folder;

  private HostPaths places() {
    return new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
  }

  private Agent start(int port, String... sinks) throws Exception {
    StringBuilder yaml = new StringBuilder("host: kvm-07.example.org\ndrain-timeout: 0s\n");
    yaml.append("http: 127.0.0.1:").append(port).append("\nsinks:\n");
    for (String sink : sinks) {
      String file = sink.equals("away") ? "missing/events.jsonl" : sink + ".jsonl";
      yaml.append("  ").append(sink).append(": { type: file, path: ");
      yaml.append(folder.resolve(file)).append(" }\n");
    }
    Files.writeString(places().configFile(), yaml);
    return Agent.start(Config.load(null, places(), Map.of()), places(), "0.1.0");
  }

  private Map<String, Long> unconfirmed() throws Exception {
    try (SpoolView spool = SpoolView.open(places().spool())) {
      return spool.sinks().stream()
          .collect(java.util.stream.Collectors.toMap(SinkStatus::sink, SinkStatus::unconfirmed));
    }
  }

  @BeforeEach
  void aSinkThatNeverConfirms() throws Exception {
    for (String name : List.of("mail/new", "spool", "gates.d", "etc", "run")) {
      Files.createDirectories(folder.resolve(name));
    }
    start(0, "local", "away").close();
    assertThat(unconfirmed().get("away")).isGreaterThanOrEqualTo(2); // started and stopped
  }

  @Test
  void aStartThatFailsLetsNothingGo() throws Exception {
    long before = unconfirmed().get("away");
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> start(busy.getLocalPort(), "local"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on 127.0.0.1:" + busy.getLocalPort());
    }
    assertThat(unconfirmed()).containsKeys("local", "away");
    assertThat(unconfirmed().get("away")).isGreaterThanOrEqualTo(before);
    Files.delete(folder.resolve("mail/new"));
    Files.createFile(folder.resolve("mail/new"));
    assertThatThrownBy(() -> start(0, "local")).isInstanceOf(IOException.class);
    assertThat(unconfirmed().get("away")).isGreaterThanOrEqualTo(before);
  }

  /** And the events are there for it when the operator puts it back. */
  @Test
  void aSinkThatIsPutBackGoesOnWhereItStood() throws Exception {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> start(busy.getLocalPort(), "local")).isInstanceOf(IOException.class);
    }
    Files.createDirectory(folder.resolve("missing"));
    try (Agent agent = start(0, "local", "away")) {
      Path events = folder.resolve("missing/events.jsonl");
      org.awaitility.Awaitility.await()
          .atMost(java.time.Duration.ofSeconds(60))
          .until(() -> Files.exists(events) && Files.readAllLines(events).size() >= 4);
      assertThat(agent.failure()).isNotDone();
      assertThat(Files.readAllLines(events).get(0)).contains("00000000000000000001");
    }
  }

  @Test
  void aStartThatSucceedsLetsItGo() throws Exception {
    start(0, "local").close();
    assertThat(unconfirmed()).containsOnlyKeys("local");
  }
}
