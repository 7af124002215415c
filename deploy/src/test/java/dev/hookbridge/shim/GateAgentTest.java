package dev.hookbridge.shim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.agent.Agent;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.testing.FakeTransport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shim and the agent's gate, both real, before deciders in memory. */
class GateAgentTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String RULE =
      "decisions: [ { name: placement, when: qemu.*.*, via: feed, timeout: 10s, exempt: [free],"
          + " on-agent-absent: veto } ]";

  @TempDir Path outer;
  private Path folder;
  private HostPaths places;
  private Trial trial;

  @BeforeEach
  void make() throws IOException {
    FakeTransport.reset();
    folder = Files.createDirectory(outer.resolve("trial"));
    trial = new Trial(folder);
    places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
  }

  private Agent agent(String decisions) throws Exception {
    Files.writeString(
        places.configFile(),
        "host: kvm-07.example.org\nhttp: off\nsinks: { feed: { type: fake } }\n" + decisions);
    Config config =
        FakeTransport.found(outer.resolve("services"), () -> Config.load(null, places, Map.of()));
    int opened = FakeTransport.OPENED.size();
    Agent agent = Agent.start(config, places, "0.1.0");
    if (!decisions.isEmpty()) {
      Awaitility.await("a channel")
          .atMost(PATIENCE)
          .until(() -> FakeTransport.OPENED.size() > opened);
      // The line is open; a call that is not recorded as an error says that the gate knows it.
      Awaitility.await("the gate")
          .atMost(PATIENCE)
          .until(() -> Files.exists(folder.resolve("gates.d/alive")));
    }
    return agent;
  }

  private Run.Ended call(String guest, String operation) throws IOException {
    return Run.of(Shim.PLAIN, folder)
        .as("/etc/libvirt/hooks/qemu")
        .with(guest, operation, "begin", "-")
        .stdin("<domain><name>web1</name></domain>".getBytes(StandardCharsets.UTF_8))
        .run();
  }

  private static void deciding(String json) {
    FakeTransport.decider((channel, request) -> channel.reply(request, json));
  }

  private static List<Envelope> published(String type) {
    return FakeTransport.PUBLISHED.stream()
        .filter(event -> event.type().equals("dev.hookbridge." + type + ".v1"))
        .toList();
  }

  private static String text(Envelope event) {
    return new String(event.data(), StandardCharsets.UTF_8);
  }

  @Test
  void anAllowAndAVetoAreToldByTheHooksThemselves() throws Exception {
    try (Agent agent = agent(RULE)) {
      assertThat(agent.failure()).isNotDone();
      deciding("{\"decision\":\"allow\",\"decider\":\"opa-1\"}");
      Run.Ended allowed = call("web1", "prepare");
      assertThat(allowed.exit()).as(allowed.err()).isZero();
      assertThat(allowed.out()).isEmpty();
      deciding("{\"decision\":\"veto\",\"reason\":\"no room\",\"decider\":\"opa-1\"}");
      Run.Ended vetoed = call("web1", "migrate");
      assertThat(vetoed.exit()).isOne();
      assertThat(vetoed.err()).isEqualTo("vetoed by placement: no room\n");
      assertThat(vetoed.out()).as("libvirt would take it for XML").isEmpty();
      Awaitility.await("what was decided")
          .atMost(PATIENCE)
          .until(() -> published("decision.made").size() == 2);
      for (Envelope made : published("decision.made")) {
        String cause = made.attributes().get("causationid");
        assertThat(FakeTransport.PUBLISHED)
            .filteredOn(event -> event.type().contains(".libvirt.qemu."))
            .anyMatch(event -> event.id().equals(cause));
        assertThat(text(made)).contains("\"cause\":\"decided\"", "\"decider\":\"opa-1\"");
      }
      assertThat(text(published("decision.made").get(1)))
          .contains("\"exit\":1", "\"reason\":\"no room\"", "\"operation\":\"migrate\"");
      assertThat(published("decision.requested")).hasSize(2);
    }
  }

  @Test
  void callsThatCannotBeVetoedAreNotAsked() throws Exception {
    deciding("{\"decision\":\"veto\"}");
    try (Agent agent = agent(RULE)) {
      assertThat(agent.failure()).isNotDone();
      for (String operation : List.of("reconnect", "started", "stopped", "release")) {
        assertThat(call("web1", operation).exit()).as(operation).isZero();
      }
      assertThat(call("free", "prepare").exit()).as("exempt").isZero();
      Files.createFile(folder.resolve("etc/gates.off"));
      assertThat(call("web1", "prepare").exit()).as("switched off").isZero();
      Files.delete(folder.resolve("etc/gates.off"));
      assertThat(call("web1", "prepare").exit()).isOne();
    }
  }

  @Test
  void theRulesOutliveTheAgentUntilItIsStartedWithoutThem() throws Exception {
    deciding("{\"decision\":\"allow\"}");
    agent(RULE).close();
    Run.Ended absent = call("web1", "prepare");
    assertThat(absent.exit()).isOne();
    assertThat(trial.outcomes().get(0).field("cause")).isEqualTo("absent");
    try (Agent agent = agent("")) {
      assertThat(agent.failure()).isNotDone();
      assertThat(call("web1", "prepare").exit()).isZero();
      Awaitility.await("what was done while no agent ran")
          .atMost(PATIENCE)
          .until(() -> published("decision.made").size() == 1);
      assertThat(text(published("decision.made").get(0)))
          .contains("\"exit\":1", "\"cause\":\"absent\"");
    }
  }

  @Test
  void twoHundredAtOnce() throws Exception {
    deciding("{\"decision\":\"allow\"}");
    var shims = Executors.newFixedThreadPool(200);
    try (Agent agent = agent(RULE)) {
      assertThat(agent.failure()).isNotDone();
      List<Future<Run.Ended>> ends = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        String guest = "web" + i;
        ends.add(shims.submit(() -> call(guest, "prepare")));
      }
      for (Future<Run.Ended> end : ends) {
        assertThat(end.get().exit()).isZero();
      }
      Awaitility.await("200 outcomes")
          .atMost(PATIENCE)
          .until(() -> published("decision.made").size() == 200);
      assertThat(published("decision.made"))
          .allMatch(made -> text(made).matches("(?s).*\"cause\":\"(decided|busy)\".*"));
    } finally {
      shims.shutdownNow();
    }
  }
}
