package dev.hookbridge.decision;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.mailbox.ShimDouble.Answer;
import dev.hookbridge.testing.FakeTransport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What deciders say to one question, over the real socket. */
class RepliesTest extends WithRig {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IGNORED = "hookbridge.decision.replies.ignored";
  private static final Duration SHORT = Duration.ofMillis(400);

  @Test
  void anAllow() throws Exception {
    try (Rig rig = Rig.of(folder, rule("placement"))) {
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest request = rig.asked();
      assertThat(request.rule()).isEqualTo("placement");
      assertThat(request.correlation()).matches("[0-9a-f]{32}");
      rig.line().reply(request, said("allow", "opa-1"));
      Answer got = Rig.get(answer);
      assertThat(got.exit()).isZero();
      assertThat(got.cause()).isEqualTo("decided");
      assertThat(got.rule()).isEqualTo("placement");
      assertThat(got.reason()).isEmpty();
      JsonNode said = JSON.readTree(got.said());
      assertThat(said.at("/rules/0/rule").asText()).isEqualTo("placement");
      assertThat(said.at("/rules/0/decision").asText()).isEqualTo("allow");
      assertThat(said.at("/rules/0/cause").asText()).isEqualTo("decided");
      assertThat(said.at("/rules/0/replies/0/decider").asText()).isEqualTo("opa-1");
      assertThat(said.at("/rules/0/replies/0/afterMs").isNumber()).isTrue();
    }
  }

  @Test
  void aVetoBringsItsReason() throws Exception {
    FakeTransport.decider((channel, request) -> channel.reply(request, VETO));
    try (Rig rig = Rig.of(folder, rule("placement"))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.exit()).isEqualTo(1);
      assertThat(got.cause()).isEqualTo("decided");
      assertThat(got.rule()).isEqualTo("placement");
      assertThat(got.reason()).isEqualTo("no room");
    }
  }

  @Test
  void aLateReplyChangesNothing() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a").timeout(SHORT))) {
      assertThat(Rig.get(rig.prepare()).cause()).isEqualTo("timeout");
      rig.line().reply(rig.asked(), VETO);
      rig.awaitCounted(IGNORED, "late", 1);
    }
  }

  @Test
  void aReplyThatComesTwiceCountsOnce() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"))) {
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest request = rig.asked();
      rig.line().reply(request, said("allow", "opa-1"));
      rig.line().reply(request, said("allow", "opa-1"));
      assertThat(Rig.get(answer).exit()).isZero();
      rig.awaitCounted(IGNORED, "duplicate", 1);
    }
  }

  @Test
  void aForeignReplyChangesNothing() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a").via("feed"), rule("b").via("audit").object("x"))) {
      CompletableFuture<Answer> answer = rig.prepare();
      FakeTransport.Channel first = rig.channels().get(0);
      FakeTransport.Channel second = rig.channels().get(1);
      FakeTransport.Channel right = Rig.whichever(first, second);
      FakeTransport.Channel wrong = right == first ? second : first;
      DecisionRequest request = Rig.asked(right);
      wrong.reply(request, VETO);
      right.replies.replied("", VETO.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      right.replies.replied(
          "00112233445566778899aabbccddeeff",
          VETO.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      assertThat(rig.counted(IGNORED, "foreign")).isEqualTo(3);
      right.reply(request, ALLOW);
      assertThat(Rig.get(answer).exit()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "veto",
        "[]",
        "{}",
        "{\"reason\":\"no room\"}",
        "{\"decision\":\"VETO\"}",
        "{\"decision\":null}",
        "{\"decision\":1}",
        "{\"decision\":\"veto\"",
        "{\"decision\":\"veto\"} x",
        "{\"decision\":\"veto\",\"decision\":\"allow\"}",
        "{\"decision\":\"veto\",\"reason\":{}}",
        "{\"decision\":\"veto\",\"decider\":7}"
      })
  void aMalformedReplyChangesNothing(String body) throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"))) {
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest request = rig.asked();
      rig.line().reply(request, body);
      assertThat(rig.counted(IGNORED, "malformed")).isEqualTo(1);
      rig.line().reply(request, ALLOW);
      assertThat(Rig.get(answer).exit()).isZero();
    }
  }

  @Test
  void aReplyIsTakenUpTo64KiB() throws Exception {
    String long1 = "{\"decision\":\"veto\",\"reason\":\"" + "ä€".repeat(5_000) + "\"}";
    String long2 = "{\"decision\":\"veto\",\"reason\":\"" + "x".repeat(70_000) + "\"}";
    try (Rig rig = Rig.of(folder, rule("a"))) {
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest request = rig.asked();
      rig.line().reply(request, long2);
      assertThat(rig.counted(IGNORED, "malformed")).isEqualTo(1);
      rig.line().reply(request, long1);
      Answer got = Rig.get(answer);
      assertThat(got.reason().getBytes(java.nio.charset.StandardCharsets.UTF_8).length)
          .isBetween(890, 900);
      assertThat(got.reason()).matches("[ä€]+");
      assertThat(JSON.readTree(got.said()).at("/rules/0/replies/0/reason").asText()).hasSize(512);
    }
  }

  @Test
  void controlCharactersAreMadeHarmless() throws Exception {
    FakeTransport.decider(
        (channel, request) ->
            channel.reply(
                request,
                "{\"decision\":\"veto\",\"reason\":\"a\\u001b[2Jb\\nc\\u202e\",\"decider\":\"x\\r\"}"));
    try (Rig rig = Rig.of(folder, rule("a"))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.reason()).isEqualTo("a [2Jb c");
      assertThat(JSON.readTree(got.said()).at("/rules/0/replies/0/decider").asText())
          .isEqualTo("x");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void ofTwoThatDisagreeTheFirstIsHeard(boolean allowFirst) throws Exception {
    FakeTransport.decider(
        (channel, request) -> {
          channel.reply(request, said(allowFirst ? "allow" : "veto", "opa-1"));
          channel.reply(request, said(allowFirst ? "veto" : "allow", "opa-2"));
        });
    try (Rig rig = Rig.of(folder, rule("a"))) {
      assertThat(Rig.get(rig.prepare()).exit()).isEqualTo(allowFirst ? 0 : 1);
      rig.awaitCounted(IGNORED, "late", 1);
    }
  }

  @Test
  void twoAllowsNeedTwoDeciders() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a").allowsNeeded(2))) {
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest request = rig.asked();
      rig.line().reply(request, ALLOW);
      assertThat(rig.counted(IGNORED, "nameless")).isEqualTo(1);
      rig.line().reply(request, said("allow", "opa-1"));
      rig.line().reply(request, said("allow", "opa-1"));
      assertThat(rig.counted(IGNORED, "duplicate")).isEqualTo(1);
      assertThat(answer).isNotDone();
      rig.line().reply(request, said("allow", "opa-2"));
      Answer got = Rig.get(answer);
      assertThat(got.exit()).isZero();
      assertThat(JSON.readTree(got.said()).at("/rules/0/replies")).hasSize(2);
    }
  }

  @Test
  void ofTwoNeededOneIsTooFew() throws Exception {
    FakeTransport.decider((channel, request) -> channel.reply(request, said("allow", "opa-1")));
    try (Rig rig =
        Rig.of(
            folder,
            rule("a").allowsNeeded(2).timeout(Duration.ofSeconds(3)).onTimeout(Vote.VETO))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.exit()).isEqualTo(1);
      assertThat(got.cause()).isEqualTo("timeout");
      assertThat(JSON.readTree(got.said()).at("/rules/0/replies")).hasSize(1);
    }
  }

  @Test
  void ofTwoNeededOneVetoIsEnough() throws Exception {
    FakeTransport.decider(
        (channel, request) -> {
          channel.reply(request, said("allow", "opa-1"));
          channel.reply(request, said("veto", "opa-2"));
        });
    try (Rig rig = Rig.of(folder, rule("a").allowsNeeded(2))) {
      assertThat(Rig.get(rig.prepare()).exit()).isEqualTo(1);
    }
  }
}
