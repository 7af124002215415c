package dev.hookbridge.decision;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.DecisionRequest;
import dev.hookbridge.mailbox.ShimDouble.Answer;
import dev.hookbridge.testing.FakeTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which one call can be decided, asked over the real socket. */
class DecisionsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String IGNORED = "hookbridge.decision.replies.ignored";
  private static final String ALLOW = "{\"decision\":\"allow\"}";
  private static final String VETO = "{\"decision\":\"veto\",\"reason\":\"no room\"}";
  private static final Duration SHORT = Duration.ofMillis(400);

  @TempDir Path folder;

  @BeforeEach
  void calm() {
    FakeTransport.reset();
  }

  private static String said(String decision, String decider) {
    return "{\"decision\":\"" + decision + "\",\"decider\":\"" + decider + "\"}";
  }

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

  @ParameterizedTest
  @EnumSource(Verdict.class)
  void silence(Verdict onTimeout) throws Exception {
    try (Rig rig = Rig.of(folder, rule("a").timeout(SHORT).onTimeout(onTimeout))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.exit()).isEqualTo(onTimeout == Verdict.VETO ? 1 : 0);
      assertThat(got.cause()).isEqualTo("timeout");
      assertThat(got.reason())
          .isEqualTo(onTimeout == Verdict.VETO ? "there was no decision in time" : "");
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
            rule("a").allowsNeeded(2).timeout(Duration.ofSeconds(3)).onTimeout(Verdict.VETO))) {
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

  @Test
  void allRulesAreAskedAtOnceAndAnyVetoWins() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"), rule("b"), rule("c").object("other"))) {
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest a = rig.asked();
      DecisionRequest b = rig.asked();
      assertThat(a.rule() + b.rule()).isEqualTo("ab");
      rig.line().reply(a, said("allow", "opa-1"));
      assertThat(answer).isNotDone();
      rig.line().reply(b, VETO);
      Answer got = Rig.get(answer);
      assertThat(got.exit()).isEqualTo(1);
      assertThat(got.rule()).isEqualTo("b");
      assertThat(JSON.readTree(got.said()).at("/rules")).hasSize(2);
    }
  }

  @Test
  void aVetoDoesNotWaitForTheOthers() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"), rule("b"))) {
      CompletableFuture<Answer> answer = rig.prepare();
      rig.asked();
      rig.line().reply(rig.asked(), VETO);
      Answer got = Rig.get(answer);
      assertThat(got.rule()).isEqualTo("b");
      JsonNode first = JSON.readTree(got.said()).at("/rules/0");
      assertThat(first.has("decision")).isFalse();
      assertThat(first.get("cause").asText()).isEqualTo("undecided");
    }
  }

  @Test
  void aDefaultAmongWordsIsNamedAsTheCause() throws Exception {
    FakeTransport.decider(
        (channel, request) -> {
          if (request.rule().equals("a")) {
            channel.reply(request, ALLOW);
          }
        });
    try (Rig rig = Rig.of(folder, rule("a"), rule("b").timeout(SHORT))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.exit()).isZero();
      assertThat(got.rule()).isEqualTo("a");
      assertThat(got.cause()).isEqualTo("timeout");
    }
  }

  @ParameterizedTest
  @EnumSource(Verdict.class)
  void nobodyListens(Verdict onError) throws Exception {
    FakeTransport.decider((channel, request) -> channel.replies.unheard(request.correlation()));
    try (Rig rig = Rig.of(folder, rule("a").onError(onError))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.exit()).isEqualTo(onError == Verdict.VETO ? 1 : 0);
      assertThat(got.cause()).isEqualTo("no-decider");
    }
  }

  @ParameterizedTest
  @EnumSource(Verdict.class)
  void aRequestThatFails(Verdict onError) throws Exception {
    FakeTransport.decider(
        (channel, request) -> channel.replies.failed(request.correlation(), "no such topic"));
    try (Rig rig = Rig.of(folder, rule("a").onError(onError))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.exit()).isEqualTo(onError == Verdict.VETO ? 1 : 0);
      assertThat(got.cause()).isEqualTo("error");
    }
  }

  @Test
  void anUnexpectedFailureOfAChannelIsAnError() throws Exception {
    FakeTransport.decider(
        (channel, request) -> {
          throw new IllegalStateException("a fault of the client");
        });
    try (Rig rig = Rig.of(folder, rule("a").onError(Verdict.VETO))) {
      assertThat(Rig.get(rig.prepare()).cause()).isEqualTo("error");
    }
  }

  @Test
  void aBrokerThatIsAwayIsKnownAtOnce() throws Exception {
    FakeTransport.down(true);
    try (Rig rig = Rig.opened(folder, rule("a").onError(Verdict.VETO))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.exit()).isEqualTo(1);
      assertThat(got.cause()).isEqualTo("error");
      assertThat(got.reason()).isEqualTo("the deciders cannot be reached");
      FakeTransport.down(false);
      FakeTransport.decider((channel, request) -> channel.reply(request, ALLOW));
      rig.awaitLines(1);
      assertThat(Rig.get(rig.prepare()).cause()).isEqualTo("decided");
    }
  }

  @Test
  void aChannelThatIsNotReadyIsAnError() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a").onError(Verdict.VETO))) {
      rig.line().ready = false;
      assertThat(Rig.get(rig.prepare()).cause()).isEqualTo("error");
      assertThat(rig.line().asked).isEmpty();
      rig.line().ready = true;
      FakeTransport.decider((channel, request) -> channel.reply(request, ALLOW));
      assertThat(Rig.get(rig.prepare()).cause()).isEqualTo("decided");
    }
  }

  @Test
  void aChannelThatBreaksInTheMiddleIsOpenedAnew() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a").onError(Verdict.VETO))) {
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest request = rig.asked();
      FakeTransport.Channel first = rig.line();
      first.replies.broken("the connection was reset");
      Answer got = Rig.get(answer);
      assertThat(got.exit()).isEqualTo(1);
      assertThat(got.cause()).isEqualTo("error");
      rig.awaitLines(1);
      assertThat(first.closed).isTrue();
      first.reply(request, ALLOW);
      rig.awaitCounted(IGNORED, "late", 1);
      first.replies.broken("told once more"); // by one that is closed: of no interest
      FakeTransport.decider((channel, next) -> channel.reply(next, ALLOW));
      assertThat(Rig.get(rig.prepare()).cause()).isEqualTo("decided");
    }
  }

  @Test
  void aRuleThatDoesNotApplyAfterAllIsNotAsked() throws Exception {
    try (Rig rig =
        Rig.of(
            folder,
            rule("named").object("prod-*").exempt("prod-1"),
            rule("large").object("web*").condition("domain.memoryKiB > 67108864"))) {
      for (String[] call :
          new String[][] {
            {"qemu", "db1", "prepare"},
            {"qemu", "prod-1", "prepare"},
            {"qemu", "web1", "prepare"},
            {"qemu", "prod-2", "start"},
            {"qemu", "prod-2", "reconnect"},
            {"lxc", "prod-2", "prepare"}
          }) {
        Answer got = Rig.get(rig.ask(call[0], call[1], call[2]));
        assertThat(got.cause()).as(String.join(" ", call)).isEqualTo("not-asked");
        assertThat(got.exit()).isZero();
        assertThat(got.rule()).isEmpty();
      }
      assertThat(rig.line().asked).isEmpty();
      CompletableFuture<Answer> answer = rig.ask("qemu", "prod-2", "prepare");
      rig.line().reply(rig.asked(), VETO);
      assertThat(Rig.get(answer).exit()).isEqualTo(1);
    }
  }

  @Test
  void aConditionThatHoldsOrCannotBeComputedAsks() throws Exception {
    FakeTransport.decider((channel, request) -> channel.reply(request, VETO));
    try (Rig rig =
        Rig.of(
            folder,
            rule("large").object("web*").condition("domain.memoryKiB > 1000"),
            rule("odd").object("odd").condition("network.connections > 3"))) {
      assertThat(Rig.get(rig.prepare()).rule()).isEqualTo("large");
      assertThat(Rig.get(rig.ask("qemu", "odd", "prepare")).rule()).isEqualTo("odd");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"timeout", "error", "no-decider"})
  void onlyAWordEndsWhatRuns(String cause) throws Exception {
    FakeTransport.decider(
        (channel, request) -> {
          switch (cause) {
            case "error" -> channel.replies.failed(request.correlation(), "no");
            case "no-decider" -> channel.replies.unheard(request.correlation());
            default -> {}
          }
        });
    TestRule rule =
        rule("a")
            .when("qemu.started.begin")
            .destructive()
            .timeout(cause.equals("timeout") ? SHORT : Duration.ofSeconds(10))
            .onTimeout(Verdict.VETO)
            .onError(Verdict.VETO);
    try (Rig rig = Rig.of(folder, rule)) {
      Answer got = Rig.get(rig.ask("qemu", "web1", "started"));
      assertThat(got.exit()).isZero();
      assertThat(got.cause()).isEqualTo(cause);
    }
  }

  @Test
  void aWordEndsWhatRuns() throws Exception {
    FakeTransport.decider((channel, request) -> channel.reply(request, VETO));
    try (Rig rig = Rig.of(folder, rule("a").when("qemu.started.begin").destructive())) {
      assertThat(Rig.get(rig.ask("qemu", "web1", "started")).exit()).isEqualTo(1);
    }
  }

  @Test
  void destructiveOperationsNeedTheirFlag() throws Exception {
    FakeTransport.decider((channel, request) -> channel.reply(request, VETO));
    try (Rig rig = Rig.of(folder, rule("all").when("*.*.*"))) {
      assertThat(Rig.get(rig.ask("qemu", "web1", "started")).cause()).isEqualTo("not-asked");
      assertThat(Rig.get(rig.ask("network", "iso", "started")).cause()).isEqualTo("not-asked");
      assertThat(Rig.get(rig.ask("network", "iso", "start")).exit()).isEqualTo(1);
    }
  }
}
