package dev.hookbridge.decision;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.mailbox.ShimDouble.Answer;
import dev.hookbridge.testing.FakeTransport;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A question whose way to the deciders is shut, over the real socket. */
class ChannelTroubleTest extends WithRig {
  private static final String IGNORED = "hookbridge.decision.replies.ignored";

  @ParameterizedTest
  @EnumSource(Vote.class)
  void nobodyListens(Vote onError) throws Exception {
    FakeTransport.decider((channel, request) -> channel.replies.unheard(request.correlation()));
    try (Rig rig = Rig.of(folder, rule("a").onError(onError))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.exit()).isEqualTo(onError == Vote.VETO ? 1 : 0);
      assertThat(got.cause()).isEqualTo("no-decider");
    }
  }

  @ParameterizedTest
  @EnumSource(Vote.class)
  void aRequestThatFails(Vote onError) throws Exception {
    FakeTransport.decider(
        (channel, request) -> channel.replies.failed(request.correlation(), "no such topic"));
    try (Rig rig = Rig.of(folder, rule("a").onError(onError))) {
      Answer got = Rig.get(rig.prepare());
      assertThat(got.exit()).isEqualTo(onError == Vote.VETO ? 1 : 0);
      assertThat(got.cause()).isEqualTo("error");
    }
  }

  @Test
  void anUnexpectedFailureOfAChannelIsAnError() throws Exception {
    FakeTransport.decider(
        (channel, request) -> {
          throw new IllegalStateException("a fault of the client");
        });
    try (Rig rig = Rig.of(folder, rule("a").onError(Vote.VETO))) {
      assertThat(Rig.get(rig.prepare()).cause()).isEqualTo("error");
    }
  }

  @Test
  void aBrokerThatIsAwayIsKnownAtOnce() throws Exception {
    FakeTransport.down(true);
    try (Rig rig = Rig.opened(folder, rule("a").onError(Vote.VETO))) {
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
    try (Rig rig = Rig.of(folder, rule("a").onError(Vote.VETO))) {
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
    try (Rig rig = Rig.of(folder, rule("a").onError(Vote.VETO))) {
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
}
