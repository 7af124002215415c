package dev.hookbridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.mailbox.JavaShim;
import dev.hookbridge.observer.FakeLibvirt;
import dev.hookbridge.testing.FakeTransport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an agent makes of libvirt's events, beside hook calls. */
class ObservedAgentTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final byte[] GUEST =
      ("<domain type='kvm'><name>a</name><uuid>" + FakeLibvirt.uuid("a") + "</uuid></domain>")
          .getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;
  private HostPaths places;
  private FakeLibvirt daemon;

  @BeforeEach
  void make() throws Exception {
    FakeTransport.reset();
    places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    for (String name : List.of("mail/new", "spool", "gates.d", "etc", "run")) {
      Files.createDirectories(folder.resolve(name));
    }
    Path socket = folder.resolve("s");
    daemon = new FakeLibvirt(socket);
    Files.writeString(
        places.configFile(),
        """
        host: kvm-07.example.org
        http: off
        sinks: { feed: { type: fake } }
        observer: { uris: ["qemu+unix:///system?socket=%s"] }
        """
            .formatted(socket));
  }

  @AfterEach
  void close() throws Exception {
    daemon.close();
  }

  private Agent agent() throws Exception {
    Config config =
        FakeTransport.found(folder.resolve("services"), () -> Config.load(null, places, Map.of()));
    return Agent.start(config, places, "0.1.0");
  }

  private static List<String> types() {
    return FakeTransport.PUBLISHED.stream()
        .map(event -> event.type().replaceAll("dev\\.hookbridge\\.(libvirt\\.)?|\\.v1", ""))
        .filter(type -> !type.startsWith("agent."))
        .toList();
  }

  private static void awaitTypes(String... types) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(types()).containsExactly(types));
  }

  private static Envelope published(String type) {
    return FakeTransport.PUBLISHED.stream()
        .filter(event -> event.type().equals("dev.hookbridge." + type + ".v1"))
        .reduce((first, second) -> second)
        .orElseThrow();
  }

  private static JsonNode data(Envelope event) throws Exception {
    return JSON.readTree(event.data());
  }

  @Test
  void callsThatWaitedComeBeforeTheInventoryWhichSaysSo() throws Exception {
    daemon.running("a", 1);
    JavaShim shim = new JavaShim(places.mail());
    for (int i = 0; i < 100; i++) {
      shim.call("qemu", List.of("a", "reconnect", "begin", "-"), GUEST);
    }
    try (Agent agent = agent()) {
      assertThat(agent.failure()).isNotDone();
      Awaitility.await().atMost(PATIENCE).until(() -> types().contains("inventory"));
      Envelope inventory = published("inventory");
      assertThat(types().subList(0, 101)).containsOnlyOnce("inventory").endsWith("inventory");
      // agent.started is number 1
      assertThat(inventory.attributes()).containsEntry("aftersequence", "00000000000000000101");
      assertThat(inventory.attributes()).containsEntry("sequence", "00000000000000000102");
      assertThat(data(inventory).get("guests").get(0).get("state").asText()).isEqualTo("running");
    }
  }

  @Test
  void anEventComesAfterTheHookThatLibvirtCalledBefore() throws Exception {
    try (Agent agent = agent()) {
      assertThat(agent.failure()).isNotDone();
      awaitTypes("inventory");
      JavaShim shim = new JavaShim(places.mail());
      for (int i = 1; i <= 50; i++) {
        shim.call("qemu", List.of("a", "started", "begin", "-"), GUEST);
        daemon.lifecycle("a", i, 2, 0);
        shim.call("qemu", List.of("a", "stopped", "end", "-"), GUEST);
        daemon.lifecycle("a", i, 5, 1);
      }
      Awaitility.await().atMost(PATIENCE).until(() -> types().size() == 201);
      int calls = 0;
      int events = 0;
      for (String type : types().subList(1, 201)) {
        calls += type.startsWith("qemu.") ? 1 : 0;
        events += type.startsWith("domain.") ? 1 : 0;
        assertThat(events).as("%s", types()).isLessThanOrEqualTo(calls);
      }
      Envelope stopped = published("domain.stopped");
      assertThat(stopped.key()).isEqualTo(FakeLibvirt.uuid("a"));
      assertThat(data(stopped).get("domain").get("id").asInt()).isEqualTo(50);
    }
  }

  @Test
  void aRestartOfLibvirtIsToldAndTheGuestsAreListedAgain() throws Exception {
    try (Agent agent = agent()) {
      assertThat(agent.failure()).isNotDone();
      awaitTypes("inventory");
      daemon.hangUp();
      awaitTypes("inventory", "observer.gap", "inventory");
      JsonNode gap = data(published("observer.gap"));
      assertThat(gap.get("driver").asText()).isEqualTo("qemu");
      assertThat(gap.get("reason").asText()).isEqualTo("closed");
      assertThat(gap.get("from").asText()).isLessThan(gap.get("to").asText());
    }
  }

  @Test
  void theDaemonsStartAndALossMakeTheAgentList() throws Exception {
    try (Agent agent = agent()) {
      assertThat(agent.failure()).isNotDone();
      awaitTypes("inventory");
      new JavaShim(places.mail()).call("daemon", List.of("-", "start", "-", "start"), new byte[0]);
      awaitTypes("inventory", "daemon.start", "inventory");
      Files.writeString(
          places.lost(),
          "lost 019bc0d5-1a7b-7c3e-9f00-5d6a2b8e4c11 1768469400000000000 qemu start web1 28\n");
      awaitTypes("inventory", "daemon.start", "inventory", "lost", "inventory");
    }
  }

  @Test
  void everyEventOfAFloodIsThere() throws Exception {
    try (Agent agent = agent()) {
      assertThat(agent.failure()).isNotDone();
      awaitTypes("inventory");
      for (int i = 0; i < 2_000; i++) {
        daemon.lifecycle("a", i, 2, 0);
      }
      Awaitility.await().atMost(PATIENCE).until(() -> types().size() == 2_001);
      assertThat(types().stream().distinct()).containsExactly("inventory", "domain.started");
      long numbers =
          FakeTransport.PUBLISHED.stream()
              .map(e -> e.attributes().get("sequence"))
              .distinct()
              .count();
      assertThat(numbers).isGreaterThanOrEqualTo(2_002);
    }
  }

  @Test
  void anAgentStopsAlthoughLibvirtIsSilent() throws Exception {
    daemon.answers.put(66, (fake, serial) -> {});
    try (Agent agent = agent()) {
      assertThat(agent.failure()).isNotDone();
      Awaitility.await().atMost(PATIENCE).until(() -> daemon.called.contains(66));
      new JavaShim(places.mail()).call("qemu", List.of("a", "started", "begin", "-"), GUEST);
      awaitTypes("qemu.started");
    }
    assertThat(types()).containsExactly("qemu.started");
  }
}
