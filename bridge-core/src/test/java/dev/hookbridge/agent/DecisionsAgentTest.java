package dev.hookbridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.decision.KillSwitch;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.mailbox.ShimDouble.Answer;
import dev.hookbridge.testing.FakeTransport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way of a decision through an agent, with the shim's double and deciders in memory. */
@Tag("slow")
class DecisionsAgentTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String RULE =
      "decisions: [ { name: placement, when: qemu.prepare.begin, via: feed, timeout: 10s } ]";

  @TempDir Path folder;
  private HostPaths places;

  @BeforeEach
  void make() throws Exception {
    FakeTransport.reset();
    places = new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
    for (String name : List.of("mail/new", "spool", "gates.d", "etc", "run")) {
      Files.createDirectories(folder.resolve(name));
    }
  }

  private Agent agent(String decisions) throws Exception {
    Files.writeString(
        places.configFile(),
        "host: kvm-07.example.org\nhttp: off\nsinks: { feed: { type: fake } }\n" + decisions);
    Config config =
        FakeTransport.found(folder.resolve("services"), () -> Config.load(null, places, Map.of()));
    return Agent.start(config, places, "0.1.0");
  }

  private static void awaitLine() {
    Awaitility.await("a channel")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> !FakeTransport.OPENED.isEmpty());
  }

  private static Envelope published(String type) {
    return published(event -> event.type().equals("dev.hookbridge." + type + ".v1"));
  }

  private static Envelope published(Predicate<Envelope> wanted) {
    Awaitility.await("an event")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> FakeTransport.PUBLISHED.stream().anyMatch(wanted));
    return FakeTransport.PUBLISHED.stream().filter(wanted).findFirst().orElseThrow();
  }

  @Test
  void fromTheRuleToTheEventThatTellsOfIt() throws Exception {
    FakeTransport.decider(
        (channel, request) ->
            channel.reply(
                request, "{\"decision\":\"veto\",\"reason\":\"no room\",\"decider\":\"opa-1\"}"));
    try (Agent agent = agent(RULE)) {
      assertThat(agent.failure()).isNotDone();
      awaitLine();
      String id = ShimDouble.newId();
      byte[] call =
          ShimDouble.call(
              id,
              "qemu",
              List.of("web1", "prepare", "begin", "-"),
              "<domain><name>web1</name></domain>".getBytes(StandardCharsets.UTF_8),
              Map.of());
      ShimDouble.deliver(places.mail(), call);
      Answer answer = answered(call);
      assertThat(answer.exit()).isEqualTo(1);
      assertThat(answer.reason()).isEqualTo("no room");

      DecisionRequest request = FakeTransport.OPENED.take().asked.poll(60, TimeUnit.SECONDS);
      Map<String, String> attributes = request.event().attributes();
      assertThat(attributes).containsEntry("causationid", id).containsKey("expirytime");
      assertThat(Long.parseLong(attributes.get("timeoutms"))).isBetween(1L, 9_900L);
      assertThat(request.event().route().driver()).isEqualTo("qemu");
      JsonNode asked = JSON.readTree(request.event().data());
      assertThat(asked.at("/hook/object").asText()).isEqualTo("web1");
      assertThat(asked.at("/domain/name").asText()).isEqualTo("web1");
      assertThat(asked.at("/decision/rule").asText()).isEqualTo("placement");
      assertThat(asked.at("/decision/allowsNeeded").asInt()).isEqualTo(1);
      assertThat(asked.at("/xml").asText()).contains("<domain>");

      Envelope reported = published("decision.requested");
      assertThat(reported.id()).isEqualTo(request.event().id());
      assertThat(reported.attributes()).containsKey("sequence");
      assertThat(reported.route().isAgent()).isTrue();
      assertThat(JSON.readTree(reported.data()).has("xml")).isFalse();

      String outcome = ShimDouble.newId();
      Map<String, String> fields = new HashMap<>();
      fields.put("exit", "1");
      fields.put("cause", answer.cause());
      fields.put("rule", answer.rule());
      fields.put("reason", answer.reason());
      byte[] record = ShimDouble.outcome(outcome, id, fields, answer.said());
      ShimDouble.deliver(places.mail(), record);
      ShimDouble.deliver(places.mail(), record); // as if it came back after a power cut
      Envelope made = published("decision.made");
      assertThat(made.id()).isEqualTo(outcome);
      assertThat(made.attributes()).containsEntry("causationid", id).containsKey("sequence");
      JsonNode data = JSON.readTree(made.data());
      assertThat(data.get("decision").asText()).isEqualTo("veto");
      assertThat(data.get("exit").asInt()).isEqualTo(1);
      assertThat(data.get("mode").asText()).isEqualTo("enforce");
      assertThat(data.get("waitedMs").asLong()).isEqualTo(12);
      assertThat(data.at("/rules/0/replies/0/decider").asText()).isEqualTo("opa-1");
      Awaitility.await("the mailbox").atMost(PATIENCE).until(() -> mailboxIsEmpty());
      assertThat(FakeTransport.PUBLISHED.stream().filter(e -> e.id().equals(outcome))).hasSize(1);
    }
  }

  /**
   * Whatever is quicker: who follows one guest sees the call, the question, the decision, the end.
   */
  @Test
  void decisionEventsKeepTheGuestsOrder() throws Exception {
    FakeTransport.decider((channel, request) -> channel.reply(request, "{\"decision\":\"allow\"}"));
    String uuid = "11111111-2222-3333-4444-555555555555";
    String xml = "<domain><name>web1</name><uuid>" + uuid + "</uuid></domain>";
    try (Agent agent = agent(RULE)) {
      assertThat(agent.failure()).isNotDone();
      awaitLine();
      List<String> ids = new ArrayList<>();
      for (int turn = 0; turn < 20; turn++) {
        byte[] before = hook(ids, "release", xml);
        byte[] call = hook(ids, "prepare", xml);
        Answer answer = answered(call); // the intake has not even seen it
        assertThat(answer.exit()).isZero();
        String outcome = ShimDouble.newId();
        byte[] record = ShimDouble.outcome(outcome, ids.get(1), Map.of(), answer.said());
        byte[] end = hook(ids, "release", "");
        for (byte[] file : List.of(before, call, record, end)) {
          ShimDouble.deliver(places.mail(), file);
        }
        String last = ids.get(2);
        published(event -> event.id().equals(last));
        List<Envelope> guest =
            FakeTransport.PUBLISHED.stream().filter(event -> event.key().equals(uuid)).toList();
        assertThat(guest.subList(5 * turn, guest.size()).stream().map(Envelope::type))
            .as("turn %s", turn)
            .containsExactly(
                "dev.hookbridge.libvirt.qemu.release.v1",
                "dev.hookbridge.libvirt.qemu.prepare.v1",
                "dev.hookbridge.decision.requested.v1",
                "dev.hookbridge.decision.made.v1",
                "dev.hookbridge.libvirt.qemu.release.v1");
        assertThat(guest).allMatch(event -> "web1".equals(event.attributes().get("subject")));
        ids.clear();
      }
    }
  }

  private static byte[] hook(List<String> ids, String operation, String xml) {
    ids.add(ShimDouble.newId());
    return ShimDouble.call(
        ids.get(ids.size() - 1),
        "qemu",
        List.of("web1", operation, "begin", "-"),
        xml.getBytes(StandardCharsets.UTF_8),
        Map.of());
  }

  private boolean mailboxIsEmpty() throws Exception {
    try (var files = Files.list(places.mail().resolve("new"))) {
      return files.allMatch(file -> file.getFileName().toString().startsWith(".")); // spares
    }
  }

  /** The channel may be open and the line not yet told. */
  private Answer answered(byte[] call) throws Exception {
    for (long end = System.nanoTime() + PATIENCE.toNanos(); System.nanoTime() < end; ) {
      Answer answer = ShimDouble.ask(places.gates(), call);
      if (!answer.cause().equals("error")) {
        return answer;
      }
    }
    throw new AssertionError("no line");
  }

  /** Whoever is the agent's user could have written it: it is told in its own form, or not. */
  @Test
  void aHostileOutcomeIsRewritten() throws Exception {
    try (Agent agent = agent("")) {
      assertThat(agent.failure()).isNotDone();
      String call = ShimDouble.newId();
      Map<String, String> fields = new HashMap<>();
      fields.put("cause", "\u001b[31m");
      fields.put("rule", "../etc");
      fields.put("reason", "a\nb\u001b[2J");
      fields.put("waited", "-5");
      String json =
          "{\"rules\":[{\"rule\":\"a b\",\"decision\":\"veto\"},{\"rule\":\"ok\",\"decision\":\"maybe\","
              + "\"cause\":{},\"evil\":[1,{\"rules\":[]}],\"replies\":[7,[],{\"decision\":\"no\"},"
              + "{\"decision\":\"allow\",\"decider\":\"x\\u0000\\ny\",\"afterMs\":-4,\"evil\":1}]}],"
              + "\"data\":1}";
      ShimDouble.deliver(
          places.mail(),
          ShimDouble.outcome(
              ShimDouble.newId(), call, fields, json.getBytes(StandardCharsets.UTF_8)));
      JsonNode data = JSON.readTree(published("decision.made").data());
      assertThat(data.get("cause").asText()).isEqualTo("unknown");
      assertThat(data.has("rule")).isFalse();
      assertThat(data.get("reason").asText()).isEqualTo("a b [2J");
      assertThat(data.get("waitedMs").asLong()).isZero();
      assertThat(data.get("rules").toString())
          .isEqualTo(
              "[{\"rule\":\"ok\",\"cause\":\"unknown\",\"replies\":"
                  + "[{\"decider\":\"x  y\",\"decision\":\"allow\",\"afterMs\":0}]}]");
    }
  }

  @Test
  void withoutAnAnswerTheDefaultsAreTold() throws Exception {
    try (Agent agent = agent("")) {
      assertThat(agent.failure()).isNotDone();
      Map<String, String> fields = new HashMap<>();
      fields.put("exit", "1");
      fields.put("cause", "absent");
      fields.put("rule", "b");
      fields.put("rules", "a=allow,b=veto,c d=veto,e=perhaps");
      ShimDouble.deliver(
          places.mail(),
          ShimDouble.outcome(ShimDouble.newId(), ShimDouble.newId(), fields, new byte[0]));
      JsonNode rules = JSON.readTree(published("decision.made").data()).get("rules");
      assertThat(rules.toString())
          .isEqualTo(
              "[{\"rule\":\"a\",\"decision\":\"allow\",\"cause\":\"absent\",\"replies\":[]},"
                  + "{\"rule\":\"b\",\"decision\":\"veto\",\"cause\":\"absent\",\"replies\":[]},"
                  + "{\"rule\":\"e\",\"cause\":\"absent\",\"replies\":[]}]");
    }
  }

  @Test
  void damagedOutcomesAreSetAside() throws Exception {
    try (Agent agent = agent("")) {
      assertThat(agent.failure()).isNotDone();
      for (String[] wrong :
          new String[][] {{"exit", "2"}, {"call", "x\r\ny"}, {"waited", "soon"}}) {
        ShimDouble.deliver(
            places.mail(),
            ShimDouble.outcome(
                ShimDouble.newId(), ShimDouble.newId(), Map.of(wrong[0], wrong[1]), new byte[0]));
      }
      Awaitility.await("three losses")
          .atMost(PATIENCE)
          .until(
              () ->
                  FakeTransport.PUBLISHED.stream()
                          .filter(event -> event.type().equals("dev.hookbridge.lost.v1"))
                          .count()
                      == 3);
    }
  }

  @Test
  void switchingIsTold() throws Exception {
    KillSwitch gates = new KillSwitch(places.gatesOff());
    gates.off("alice\u001b");
    try (Agent agent = agent(RULE)) {
      assertThat(agent.failure()).isNotDone();
      JsonNode off = JSON.readTree(published("decisions.switched").data());
      assertThat(off.get("enabled").asBoolean()).isFalse();
      assertThat(off.get("by").asText()).isEqualTo("alice");
      gates.on();
      Envelope on =
          published(
              event ->
                  event.type().contains("switched")
                      && new String(event.data(), StandardCharsets.UTF_8)
                          .contains("\"enabled\":true"));
      assertThat(JSON.readTree(on.data()).has("by")).isFalse();
    }
  }
}
