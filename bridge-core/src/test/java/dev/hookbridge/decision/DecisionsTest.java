package dev.hookbridge.decision;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.decision.request.PendingRequest;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.mailbox.ShimDouble.Answer;
import dev.hookbridge.testing.FakeTransport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which rules ask about a call, and what holds when they are not of one mind, over the real socket.
 */
class DecisionsTest extends WithRig {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration SHORT = Duration.ofMillis(400);

  @ParameterizedTest
  @EnumSource(Vote.class)
  void silence(Vote onTimeout) throws Exception {
    try (Rig rig = Rig.of(folder, rule("a").timeout(SHORT).onTimeout(onTimeout))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.exit()).isEqualTo(onTimeout == Vote.VETO ? 1 : 0);
      assertThat(got.cause()).isEqualTo("timeout");
      assertThat(got.reason())
          .isEqualTo(onTimeout == Vote.VETO ? "there was no decision in time" : "");
    }
  }

  @Test
  void openSpoolCanBeViewed() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"), rule("b"))) {
      assertThat(rig.decisions.pending()).isEmpty();
      CompletableFuture<Answer> answer = rig.prepare();
      DecisionRequest first = rig.asked();
      DecisionRequest second = rig.asked();
      assertThat(rig.decisions.pending())
          .hasSize(2)
          .allSatisfy(
              open -> {
                assertThat(open.operation()).isEqualTo("qemu.prepare");
                assertThat(open.object()).isEqualTo("web1");
                assertThat(open.enforced()).isTrue();
                assertThat(open.waited()).isPositive();
                assertThat(open.left()).isLessThan(Duration.ofSeconds(10));
              })
          .extracting(PendingRequest::rule)
          .containsExactlyInAnyOrder("a", "b");
      rig.line().reply(first, ALLOW);
      assertThat(rig.decisions.pending())
          .extracting(PendingRequest::rule)
          .containsExactly(second.rule());
      rig.line().reply(second, ALLOW);
      assertThat(Rig.get(answer).exit()).isZero();
      assertThat(rig.decisions.pending()).isEmpty();
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
            .onTimeout(Vote.VETO)
            .onError(Vote.VETO);
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
