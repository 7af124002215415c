package dev.hookbridge.decision;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.mailbox.ShimDouble.Answer;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.record.Records;
import dev.hookbridge.testing.FakeTransport;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who writes a decider learns what was wrong with its replies. */
class IgnoredRepliesTest extends WithRig {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IGNORED = "hookbridge.decision.replies.ignored";

  private final PrintStream before = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setErr(before);
  }

  private List<String> lines() {
    return log.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains("was ignored"))
        .toList();
  }

  @Test
  void theAnswerNamesThem() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a").allowsNeeded(2))) {
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest request = rig.asked();
      rig.line().reply(request, "{\"decision\":\"no\"}");
      rig.line().reply(request, ALLOW);
      rig.line().reply(request, said("allow", "opa-1"));
      rig.line().reply(request, said("veto", "opa-1"));
      rig.line().reply(request, said("allow", "opa-2"));
      JsonNode rule = JSON.readTree(Rig.get(answer).said()).at("/rules/0");
      assertThat(rule.get("replies")).hasSize(2);
      assertThat(rule.get("ignored").findValuesAsText("why"))
          .containsExactly("malformed", "nameless", "duplicate");
      assertThat(rule.at("/ignored/2/decider").asText()).isEqualTo("opa-1");
      assertThat(rule.at("/ignored/0").has("decider")).isFalse();
      assertThat(rule.at("/ignored/0/afterMs").isIntegralNumber()).isTrue();
    }
  }

  @Test
  void repliesToADecidedRuleAreIgnoredWhileAnotherIsOpen() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"), rule("b").via("feed"))) {
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest one = rig.asked();
      DecisionRequest two = rig.asked();
      rig.line().reply(one, said("allow", "opa-1"));
      rig.line().reply(one, said("veto", "opa-2"));
      rig.line().reply(two, said("allow", "opa-1"));
      JsonNode rules = JSON.readTree(Rig.get(answer).said()).get("rules");
      assertThat(rules.findValuesAsText("why")).containsExactly("late");
    }
  }

  @Test
  void theEventOfAnObservingRuleNamesThem() throws Exception {
    FakeTransport.decider(
        (channel, request) -> {
          channel.reply(request, "nonsense");
          channel.reply(request, ALLOW);
        });
    try (Rig rig = Rig.of(folder, rule("a").mode(Rule.Mode.OBSERVE))) {
      byte[] record =
          ShimDouble.call(
              ShimDouble.newId(),
              "qemu",
              List.of("web1", "prepare", "begin", "-"),
              Rig.GUEST.getBytes(StandardCharsets.UTF_8),
              Map.of());
      HookCall call = Records.call(record, record.length);
      rig.decisions.taken(call, rig.envelopes.of(call));
      String made = "dev.hookbridge.decision.made.v1";
      Awaitility.await(made)
          .atMost(Rig.PATIENCE)
          .pollInterval(Duration.ofMillis(5))
          .until(() -> rig.reported.stream().anyMatch(event -> event.type().equals(made)));
      byte[] data =
          rig.reported.stream().filter(e -> e.type().equals(made)).findFirst().orElseThrow().data();
      assertThat(JSON.readTree(data).at("/rules/0/ignored/0/why").asText()).isEqualTo("malformed");
    }
  }

  @Test
  void aFloodIsBoundedInTheAnswerAndInTheLog() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"))) {
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest request = rig.asked();
      for (int i = 0; i < 1_000; i++) {
        rig.line().reply(request, "nonsense");
        rig.line().replies.replied("" + i, VETO.getBytes(StandardCharsets.UTF_8));
      }
      rig.line().reply(request, ALLOW);
      JsonNode rule = JSON.readTree(Rig.get(answer).said()).at("/rules/0");
      assertThat(rule.get("ignored")).hasSize(16);
      assertThat(rule.get("replies")).hasSize(1);
      assertThat(rig.counted(IGNORED, "malformed")).isEqualTo(1_000);
      assertThat(lines())
          .satisfiesExactly(
              line ->
                  assertThat(line)
                      .contains("WARN", "rule a about qemu.prepare web1", "malformed, ", "0 more"),
              line -> assertThat(line).contains("INFO", "foreign"));
    }
  }

  @Test
  void aLateOneIsInTheLogWithItsDeciderAndItsTime() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a").timeout(Duration.ofMillis(400)))) {
      Rig.get(rig.prepare());
      rig.line().reply(rig.asked(), said("veto", "opa\\u001b[2J-1"));
      rig.awaitCounted(IGNORED, "late", 1);
      assertThat(lines())
          .singleElement()
          .asString()
          .containsPattern("late, \\d{3,} ms after the asking, from opa \\[2J-1;");
    }
  }
}
