package dev.hookbridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.testing.FakeTransport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which guest's order an event stands in, when its own XML does not tell. */
class GuestKeyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ONE = "11111111-2222-3333-4444-555555555555";
  private static final String TWO = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
  private static final String FOREIGN = "99999999-2222-3333-4444-555555555555";

  @TempDir Path folder;
  private HostPaths places;

  @BeforeEach
  void make() throws Exception {
    FakeTransport.reset();
    places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    for (String name : List.of("mail/new", "spool", "gates.d", "etc", "run")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(
        places.configFile(),
        "host: kvm-07.example.org\nhttp: off\nsinks: { feed: { type: fake } }\n");
  }

  private Agent agent() throws Exception {
    Config config =
        FakeTransport.found(folder.resolve("services"), () -> Config.load(null, places, Map.of()));
    return Agent.start(config, places, "0.1.0");
  }

  private String call(String driver, String object, String operation, String stdin)
      throws Exception {
    String id = ShimDouble.newId();
    ShimDouble.deliver(
        places.mail(),
        ShimDouble.call(
            id,
            driver,
            List.of(object, operation, "begin", "-"),
            stdin.getBytes(StandardCharsets.UTF_8),
            Map.of()));
    return id;
  }

  private static Envelope published(String id) {
    Awaitility.await("the event")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(10))
        .until(() -> FakeTransport.PUBLISHED.stream().anyMatch(event -> event.id().equals(id)));
    return FakeTransport.PUBLISHED.stream()
        .filter(e -> e.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static String guest(String name, String uuid) {
    return "<domain type='kvm'><name>" + name + "</name><uuid>" + uuid + "</uuid></domain>";
  }

  @Test
  void anEndWithoutXmlStaysInTheGuestsOrderAlsoAfterARestart() throws Exception {
    // All of them wait when the agent starts, so they are one batch.
    String first = call("qemu", "g", "prepare", guest("g", ONE));
    String broken = call("qemu", "g", "stopped", "<domain type='kvm'><na");
    String network =
        call(
            "network",
            "lan",
            "start",
            "<hookData><network><name>lan</name><uuid>" + TWO + "</uuid></network></hookData>");
    try (Agent agent = agent()) {
      assertThat(agent.failure()).isNotDone();
      assertThat(published(first).key()).isEqualTo(ONE);
      assertThat(published(broken).key()).isEqualTo(ONE);
      assertThat(published(network).key()).isEqualTo("kvm-07.example.org/" + TWO);
    }
    String empty = call("qemu", "g", "release", "");
    String lan = call("network", "lan", "stopped", "");
    String sameNameElsewhere = call("lxc", "g", "release", "");
    try (Agent agent = agent()) {
      assertThat(agent.failure()).isNotDone();
      assertThat(published(empty).key()).isEqualTo(ONE);
      assertThat(published(lan).key()).isEqualTo("kvm-07.example.org/" + TWO);
      assertThat(published(sameNameElsewhere).key()).isEqualTo("kvm-07.example.org/lxc/g");
      assertThat(published(call("qemu", "g", "prepare", guest("g", TWO))).key()).isEqualTo(TWO);
    }
    try (Agent agent = agent()) {
      assertThat(agent.failure()).isNotDone();
      assertThat(published(call("qemu", "g", "release", "")).key()).isEqualTo(TWO);
    }
  }

  @Test
  void aRestoreOfAnotherGuestsTextDoesNotStandInThatGuestsOrder() throws Exception {
    try (Agent agent = agent()) {
      assertThat(agent.failure()).isNotDone();
      Envelope unknown = published(call("qemu", "g", "restore", guest("other", FOREIGN)));
      assertThat(unknown.key()).isEqualTo("kvm-07.example.org/qemu/g");
      assertThat(mismatch(unknown)).isEqualTo("[\"name\"]");
      published(call("qemu", "g", "prepare", guest("g", ONE)));
      Envelope known = published(call("qemu", "g", "restore", guest("other", FOREIGN)));
      assertThat(known.key()).isEqualTo(ONE);
      assertThat(mismatch(known)).isEqualTo("[\"name\",\"uuid\"]");
      Envelope sameName = published(call("qemu", "g", "restore", guest("g", FOREIGN)));
      assertThat(sameName.key()).isEqualTo(ONE);
      assertThat(mismatch(sameName)).isEqualTo("[\"uuid\"]");
      Envelope own = published(call("qemu", "g", "restore", guest("g", ONE)));
      assertThat(own.key()).isEqualTo(ONE);
      assertThat(mismatch(own)).isEmpty();
      assertThat(published(call("qemu", "g", "release", "")).key()).isEqualTo(ONE);
    }
  }

  private static String mismatch(Envelope event) throws Exception {
    JsonNode mismatch = JSON.readTree(event.data()).path("mismatch");
    return mismatch.isMissingNode() ? "" : mismatch.toString();
  }
}
