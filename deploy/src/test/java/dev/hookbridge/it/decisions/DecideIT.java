package dev.hookbridge.it.decisions;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.docs.Page;
import dev.hookbridge.harness.decider.Asker;
import dev.hookbridge.harness.decider.AskingPlaces;
import dev.hookbridge.harness.decider.AskingPlaces.Place;
import dev.hookbridge.harness.host.Child;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code hookbridge decide} as a policy service, and what its programs may do to it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DecideIT {
  private final AskingPlaces places = new AskingPlaces();
  @TempDir Path folder;

  @AfterAll
  void closeBrokers() {
    places.close();
  }

  private static JsonNode json(String text) throws IOException {
    return Consumer.JSON.readTree(text);
  }

  /** {@code hookbridge decide} with what is said of it. */
  private Child decide(Place place, String... arguments) throws IOException {
    Broker broker = places.broker(place);
    Site site =
        place == Place.KAFKA
            ? new Site.OfKafka(broker)
            : new Site.OfRabbitmq(broker, new ArrayList<>());
    Path config = folder.resolve(place + ".yaml");
    Files.writeString(config, "host: policy-1.example.org\nsinks:\n" + site.sink());
    List<String> command =
        new ArrayList<>(
            List.of(
                Host.DISTRIBUTION + "/bin/hookbridge", "decide", "--config", config.toString()));
    command.addAll(List.of(arguments));
    Child child = new Child(Files.createTempFile(folder, "decide", ".log"), command);
    Awaitility.await("a decider, " + child.log())
        .atMost(Duration.ofSeconds(60))
        .until(() -> child.log().contains("deciding for") || !child.alive());
    return child;
  }

  @ParameterizedTest
  @EnumSource
  void theExamplePolicyDecidesByTenant(Place place) throws Exception {
    Needs.command("python3");
    String shown = Page.of("docs/decisions.md").block("run: shell").strip();
    String[] words = shown.replace("deploy/", Repository.file("deploy") + "/").split(" ", -1);
    try (Child decide =
            decide(place, List.of(words).subList(2, words.length).toArray(String[]::new));
        Asker host = places.asker(place)) {
      assertThat(said(host, 60, "acme")).contains("\"allow\"", "policy-1.example.org");
      assertThat(said(host, 65, "acme")).contains("\"veto\"", "65.0 GiB wanted, tenant 'acme'");
      assertThat(said(host, 2, "small")).contains("tenant 'small' may have 1 for a guest");
      assertThat(said(host, 8, "")).contains("\"allow\"");
      assertThat(said(host, 9, "somebody")).contains("\"veto\"", "tenant 'somebody' may have 8");
      DecisionRequest other = host.request("placement", 100, "");
      host.ask(other);
      assertThat(said(host, 1, "")).contains("\"allow\"");
      assertThat(host.answered(other)).as("of another rule").isFalse();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(decide.log())
                      .containsPattern("memory qemu.prepare \\S+: allow \\(\\d+ ms\\)")
                      .containsPattern("memory qemu.prepare \\S+: veto: 65.0 GiB wanted")
                      .doesNotContain("placement"));
      assertThat(decide.stop()).isZero();
    }
  }

  private static String said(Asker host, int gib, String tenant) {
    DecisionRequest request = host.request("memory", gib, tenant);
    host.ask(request);
    return host.answer(request);
  }

  @ParameterizedTest
  @EnumSource
  void severalAtATimeAndNothingIsLeftWhenItIsToldToStop(Place place) throws Exception {
    Path pids = folder.resolve("pids-" + place);
    Path running = folder.resolve("running-" + place); // each waits for all ten
    String script =
        "if grep -q '\"rule\":\"hang\"'; then echo $$ >>"
            + pids
            + "; sleep 1000; fi; echo >>"
            + running
            + "; until [ $(wc -l <"
            + running
            + ") = 10 ]; do sleep 0.1; done";
    try (Child decide =
            decide(place, "--group", "many", "--jobs", "12", "--exec", "sh", "-c", script);
        Asker host = places.asker(place)) {
      List<DecisionRequest> requests = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        requests.add(host.request("memory", 1, ""));
        host.ask(requests.get(i));
      }
      for (DecisionRequest request : requests) {
        assertThat(host.answer(request)).contains("allow");
      }
      DecisionRequest hanging = host.request("hang", 1, "");
      host.ask(hanging);
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> Files.exists(pids) && !Files.readString(pids).isBlank());
      long pid = Long.parseLong(Files.readString(pids).strip());
      assertThat(ProcessHandle.of(pid)).isPresent();
      assertThat(decide.stop()).isZero();
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> ProcessHandle.of(pid).isEmpty());
      assertThat(host.answered(hanging)).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCrashAHangAndAnExpiredRequestAreNoAnswers(Place place) throws Exception {
    String script =
        "read event; case $event in *'\"rule\":\"crash\"'*) echo oops; exit 7;;"
            + " *'\"rule\":\"veto\"'*) echo no >&2; exit 1;; esac";
    try (Child decide = decide(place, "--group", "odd", "--exec", "sh", "-c", script);
        Asker host = places.asker(place)) {
      DecisionRequest crash = host.request("crash", 1, "");
      DecisionRequest expired = host.expired("memory");
      host.ask(crash);
      host.ask(expired);
      DecisionRequest veto = host.request("veto", 1, "");
      host.ask(veto);
      assertThat(json(host.answer(veto)))
          .isEqualTo(
              json(
                  "{\"decision\":\"veto\",\"reason\":\"no\","
                      + "\"decider\":\"policy-1.example.org\"}"));
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(decide.log())
                      .containsPattern("crash qemu.prepare \\S+: no answer: exit 7 \\(")
                      .containsPattern("memory qemu.prepare \\S+: no answer: expired \\d+ ms ago"));
      assertThat(host.answered(crash)).isFalse();
      assertThat(host.answered(expired)).isFalse();
      assertThat(decide.stop()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void itComesBackWithTheBroker(Place place) throws Exception {
    try (Child decide =
        decide(
            place,
            "--veto",
            "maintenance until\n18:00",
            "--decider",
            "drill",
            "--rule",
            "memory")) {
      places.broker(place).kill();
      places.broker(place).start();
      try (Asker host = places.asker(place)) {
        host.awaitAnswer(
            "memory",
            1,
            "",
            "{\"decision\":\"veto\",\"reason\":\"maintenance until 18:00\",\"decider\":\"drill\"}"
                ::equals);
      }
      assertThat(decide.stop()).as(decide.log()).isZero();
    }
  }

  @Test
  void usageIsTwoAndFailureOneSentence() throws Exception {
    try (Host host =
        new Host(folder, "kvm-07", "  local: { type: file, path: " + folder + "/e.jsonl }\n")) {
      for (String wrong :
          List.of(
              "decide",
              "decide --allow --veto no",
              "decide --exec",
              "decide true",
              "decide --allow --jobs 0",
              "decide --allow --rule A",
              "decide --allow --group a.b")) {
        assertThat(host.hookbridge(wrong.split(" ", -1)).exit()).as(wrong).isEqualTo(2);
      }
      for (String failing :
          List.of(
              "decide --allow",
              "decide --allow --sink local",
              "decide --allow --sink other",
              "decide --exec /no/such/policy --limit 5")) {
        Host.Ran ran = host.hookbridge(failing.split(" ", -1));
        assertThat(ran.exit()).as(failing + ran.output()).isEqualTo(1);
        assertThat(ran.output()).startsWith("hookbridge: ").hasLineCount(1);
      }
    }
  }
}
