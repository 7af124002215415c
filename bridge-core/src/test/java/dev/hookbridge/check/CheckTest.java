package dev.hookbridge.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Limits;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.WhenFull;
import dev.hookbridge.spool.state.HostIdentity;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code check} sees on the host itself. */
class CheckTest {
  private static final PortHolder HOLDERS = new PortHolder(Path.of("/proc"));

  @TempDir Path folder;

  private static Check http(String host, int port, OptionalLong agent) {
    Endpoint endpoint = Endpoint.open(new InetSocketAddress(host, port));
    return HttpChecks.of(endpoint, agent, HOLDERS);
  }

  @Test
  void aFreePort() {
    Check line = http("127.0.0.1", 0, OptionalLong.empty());
    assertThat(line).isEqualTo(Check.ok("http 127.0.0.1:0", "is free"));
  }

  @Test
  void aBusyPortIsNamedWithWhoHasIt() throws Exception {
    long me = ProcessHandle.current().pid();
    for (String bound : List.of("127.0.0.1", "0.0.0.0", "::1", "::")) {
      try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName(bound))) {
        int port = busy.getLocalPort();
        Check line = http(bound, port, OptionalLong.of(1));
        assertThat(line.level()).as(line.toString()).isEqualTo(Check.Level.FAILURE);
        assertThat(line.message())
            .contains("is taken by ", ", process " + me + ",", "write another address:port");
        Check agent = http(bound, port, OptionalLong.of(me));
        assertThat(agent.level()).as(agent.toString()).isEqualTo(Check.Level.OK);
        assertThat(agent.message()).contains("the running agent listens there");
      }
    }
  }

  @Test
  void portOwnerOfAnotherUserIsUnknown() throws Exception {
    try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      InetSocketAddress at = new InetSocketAddress("127.0.0.1", busy.getLocalPort());
      PortHolder blind = new PortHolder(folder);
      Check line = HttpChecks.of(Endpoint.open(at), OptionalLong.empty(), blind);
      assertThat(line.message()).contains("is taken by another program");
      line = HttpChecks.of(Endpoint.open(at), OptionalLong.of(77), blind);
      assertThat(line.level()).isEqualTo(Check.Level.WARNING);
      assertThat(line.message()).contains("the running agent, process 77");
    }
  }

  @Test
  void anAddressThatIsNotThisHosts() {
    assertThat(http("192.0.2.7", 9464, OptionalLong.empty()).message())
        .startsWith("is not an address of this host: write another");
    assertThat(http("no such name", 9464, OptionalLong.empty()).message())
        .startsWith("the name no such name cannot be resolved: write another");
  }

  private static Envelope event(String id) {
    byte[] data = "{\"hook\":{}}".getBytes(StandardCharsets.UTF_8);
    Map<String, String> attributes = Map.of("id", id, "partitionkey", "k", "type", "t");
    return new Envelope(attributes, new Route("qemu", "start", "begin", "g"), data, -1);
  }

  @Test
  void aSinkThatWasRemoved() throws Exception {
    HostPaths places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    Path file =
        Files.writeString(
            folder.resolve("test.yaml"),
            "host: kvm-07\nsinks: { feed: { type: file, path: /tmp/x } }\n");
    Config config = Config.load(file, places, Map.of());
    assertThat(SpoolChecks.of(config, places)).isEmpty();
    HostIdentity me = new HostIdentity("kvm-07", "", "");
    Limits limits = new Limits(64 << 20, WhenFull.DROP_OLDEST);
    try (Spool spool =
        Spool.open(places.spool(), me, Optional.empty(), limits, new SimpleMeterRegistry())) {
      spool.sinks(Set.of("feed", "fed", "done"));
      spool.append(Batch.of(List.of(event("a"), event("b"))));
      spool.cursor("done").confirm(1);
      spool.cursor("done").confirm(2);
      spool.save();
      assertThat(SpoolChecks.of(config, places))
          .containsExactly(
              Check.ok("sink done", "is no longer configured, and has confirmed every event"),
              Check.warning(
                  "sink fed",
                  "is no longer configured and has not confirmed 2 events: the agent's next start"
                      + " lets them go for it; put the sink back, or keep them with 'hookbridge"
                      + " spool export' first"));
    }
    Files.write(places.spool().resolve("spool.db"), new byte[5000]);
    assertThat(SpoolChecks.of(config, places))
        .singleElement()
        .satisfies(line -> assertThat(line.level()).isEqualTo(Check.Level.WARNING));
  }
}
