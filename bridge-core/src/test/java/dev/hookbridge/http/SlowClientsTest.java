package dev.hookbridge.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.metrics.Health;
import dev.hookbridge.metrics.Metrics;
import dev.hookbridge.metrics.MetricsServer;
import dev.hookbridge.testing.TestIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A thousand clients that hold what they have, from the address of the probe itself. */
@Tag("slow")
class SlowClientsTest {
  private static final int COUNT = 1_000;
  private static final int ROUNDS = 20;

  /** The promise is a second; the rest is for the machine that runs the test. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir static Path folder;

  @ParameterizedTest
  @CsvSource({
    "SILENT, false",
    "BYTE_A_SECOND, false",
    "READS_A_BYTE_A_SECOND, false",
    "ENDLESS_HEAD, false",
    "SILENT, true",
    "FIRST_RECORD_ONLY, true"
  })
  void aProbeIsAnswered(SlowClients.Kind kind, boolean tls) throws Exception {
    Optional<Endpoint.Tls> identity = tls ? Optional.of(identity()) : Optional.empty();
    Endpoint any = new Endpoint(new InetSocketAddress("127.0.0.1", 0), identity, Optional.empty());
    try (MetricsServer server =
        MetricsServer.start(any, Metrics.registry("1.2.3"), new Well(), Map.of())) {
      Endpoint endpoint = new Endpoint(server.address(), identity, Optional.empty());
      try (SlowClients clients = new SlowClients(server.address(), kind, COUNT)) {
        clients.start();
        long worst = 0;
        for (int round = 0; round < ROUNDS; round++) {
          for (String path : List.of("/healthy", "/ready", "/metrics")) {
            long begin = System.nanoTime();
            assertThat(ask(endpoint, path)).as("%s in round %d", path, round).isEqualTo(200);
            worst = Math.max(worst, System.nanoTime() - begin);
          }
          int before = clients.beats();
          Awaitility.await("clients that do something")
              .pollInterval(Duration.ofMillis(10))
              .until(() -> clients.beats() > before);
        }
        System.out.printf("%s, TLS %s: the slowest took %d ms%n", kind, tls, worst / 1_000_000);
      }
    }
  }

  private static int ask(Endpoint endpoint, String path) throws IOException {
    return AgentClient.ofThisUser(endpoint, PATIENCE).get(path).status();
  }

  private static synchronized Endpoint.Tls identity() {
    TestIdentity made = TestIdentity.make(folder, "agent-" + System.nanoTime(), "RSA");
    return new Endpoint.Tls(made.certificate(), made.key());
  }

  private static final class Well implements Health {
    @Override
    public List<Part> alive() {
      return List.of(new Part("mailbox", true, ""));
    }

    @Override
    public List<Part> ready() {
      return List.of(new Part("mailbox", true, ""), new Part("sink feed", true, ""));
    }
  }
}
