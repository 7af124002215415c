package dev.hookbridge.shim;

import static dev.hookbridge.shim.TestGate.answer;
import static dev.hookbridge.shim.TestGate.rule;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Agents that answer rubbish, late or not at all: the rules' defaults hold, within the deadline.
 */
@ParameterizedClass
@EnumSource(Shim.class)
class GateAnswerTest extends GateTrial {
  private static final byte[] VETO = answer(1, "decided", "r", "because");

  @ParameterizedTest
  @CsvSource({"veto, 250, 250 ms", "veto, 1000, 1 s", "allow, 250, ''"})
  void silenceEndsAtTheDeadline(String onTimeout, int timeout, String shown) throws IOException {
    String other = onTimeout.equals("veto") ? "allow" : "veto";
    gate.rules(rule("placement", ALL, timeout, onTimeout, other, other)).silent();
    Run.Ended ended = call();
    assertThat(ended.err())
        .isEqualTo(shown.isEmpty() ? "" : "vetoed by placement: no answer within " + shown + "\n");
    assertDefault(ended, "timeout", "placement=" + onTimeout, timeout);
    assertThat(gate.asks).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"0, 100", "99, 100", "00000000000000000000000000000150, 150"})
  void aTimeoutHasALeast(String written, int counted) throws IOException {
    gate.rules(rule("r", ALL, 7, "allow").replace("\t7\t", "\t" + written + "\t")).silent();
    assertDefault(call(), "timeout", "r=allow", counted);
  }

  @Test
  void aTimeoutHasAMost() throws IOException {
    String written = shim == Shim.PLAIN ? "10001" : "99999999999999999999999999999999";
    gate.rules(rule("r", ALL, 7, "veto").replace("\t7\t", "\t" + written + "\t")).silent();
    Run.Ended ended = call();
    assertThat(ended.err()).isEqualTo("vetoed by r: no answer within 10 s\n");
    assertDefault(ended, "timeout", "r=veto", 10_000);
  }

  /** An agent that takes nothing, one that sends for ever, and one that sends byte by byte. */
  @ParameterizedTest
  @ValueSource(strings = {"reads nothing", "drips", "never ends its answer"})
  void slowAgentDoesNotDelayHooks(String peer) throws IOException {
    gate.rules(rule("r", ALL, 400, "allow", "veto", "veto"));
    Map<String, TestGate.Peer> peers =
        Map.of(
            "reads nothing",
            channel -> gate.awaitClose(),
            "drips",
            GateAnswerTest::drip,
            "never ends its answer",
            channel -> {
              TestGate.send(channel, VETO);
              gate.awaitClose();
            });
    gate.serving(peers.get(peer));
    byte[] stdin = peer.equals("reads nothing") ? new byte[8 << 20] : new byte[0];
    assertDefault(Run.of(shim, folder).stdin(stdin).run(), "timeout", "r=allow", 400);
  }

  private static void drip(SocketChannel channel) throws IOException {
    for (int i = 0; ; i++) {
      TestGate.send(channel, Arrays.copyOfRange(VETO, i % 20, i % 20 + 1));
      LockSupport.parkNanos(5_000_000);
    }
  }

  @ParameterizedTest
  @CsvSource({"veto", "allow"})
  void anEndlessAnswerIsGivenUpAtOnce(String onError) throws IOException {
    String other = onError.equals("veto") ? "allow" : "veto";
    gate.rules(rule("r", ALL, 10_000, other, onError, other));
    gate.serving(
        channel -> {
          for (byte[] rubbish = new byte[1 << 16]; ; ) {
            TestGate.send(channel, rubbish);
          }
        });
    assertAtOnce(call(), "error", "r=" + onError);
  }

  static Stream<byte[]> unreadable() {
    byte[] wrongSum = VETO.clone();
    wrongSum[wrongSum.length - 2] ^= 1;
    String text = new String(VETO, StandardCharsets.ISO_8859_1);
    String body = text.substring(0, text.length() - 9);
    return Stream.of(
        new byte[0],
        "no\n".getBytes(StandardCharsets.UTF_8),
        new byte[1000],
        wrongSum,
        Arrays.copyOf(VETO, VETO.length - 1),
        Arrays.copyOf(VETO, 30),
        Arrays.copyOf(VETO, VETO.length + 1),
        resealed(body.replace("bridge/1", "bridge/2")),
        resealed(body.replace("6:answer", "4:call")),
        resealed(body.replace("6:exit=1,", "")),
        resealed(body.replace("6:exit=1,", "6:exit=2,")),
        resealed(body.replace("6:exit=1,", "7:exit=01,")),
        resealed(body.replace("6:exit=1,", "06:exit=1,")),
        resealed(body.replace("6:exit=1,", "99999:exit=1,")),
        resealed(body.replace("6:exit=1,", "4294967302:exit=1,")),
        resealed(body.replace("6:exit=1,", "-6:exit=1,")),
        resealed(body.replace("6:exit=1,", "6:exit=1")),
        resealed(body.replace("13:cause=decided,", "")),
        resealed(body.replace("13:cause=decided,", "13:cause=dec\nded,")),
        resealed(body.replace("6:rule=r,", "6:rule=R,")),
        resealed(body.replace("6:rule=r,", "70:rule=" + "r".repeat(65) + ",")),
        resealed(body.replace("0:,2:{},", "0:,")),
        resealed(body + "0:,"),
        answer(1, "decided", "r", "x".repeat(901)),
        answer(1, "decided", "r", "", "x".repeat((64 << 10) + 1)));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void unreadableAnswerIsAnError(byte[] bytes) throws IOException {
    gate.rules(rule("r", ALL, 10_000, "allow", "veto", "allow")).answering(bytes);
    Run.Ended ended = call();
    assertThat(ended.err())
        .isEqualTo("vetoed by r: hookbridge's agent gave no answer that can be read\n");
    assertAtOnce(ended, "error", "r=veto");
    gate.rules(rule("r", ALL, 10_000, "veto", "allow", "veto"));
    assertThat(call().exit()).isZero();
  }

  @Test
  void anAgentThatHangsUpHasNotAnswered() throws IOException {
    gate.rules(rule("r", ALL, 10_000, "veto", "allow", "veto")).serving(channel -> {});
    assertAtOnce(call(), "error", "r=allow");
  }

  /** Rule and reason may be empty or missing, and what is unknown is skipped. */
  @Test
  void anAnswerMayBeShort() throws IOException {
    gate.rules(rule("r", ALL, 10_000, "allow"));
    gate.answering(Mail.write("answer", List.of("x=", "cause=busy", "=", "exit=1"), new byte[0]));
    assertThat(call().err()).isEqualTo("vetoed: \n");
    assertThat(trial.outcomes().get(0).field("rule")).isEmpty();
  }

  @Test
  void amongSeveralRulesAnyVetoVetoesAndTheFirstIsNamed() throws IOException {
    gate.rules(
            rule("one", ALL, 150, "allow"),
            rule("other", "lxc * * * -", 9_000, "veto"),
            rule("two", ALL, 300, "veto"),
            rule("three", ALL, 200, "veto"))
        .silent();
    Run.Ended ended = call();
    assertThat(ended.err()).isEqualTo("vetoed by two: no answer within 300 ms\n");
    assertDefault(ended, "timeout", "one=allow,two=veto,three=veto", 300);
    assertThat(trial.outcomes().get(0).field("rule")).isEqualTo("two");
    gate.rules(rule("one", ALL, 150, "allow"), rule("two", ALL, 150, "allow"));
    assertThat(call().exit()).isZero();
    assertThat(trial.outcomes().get(1).field("rule")).isEqualTo("one");
    assertThat(gate.asks).hasSize(2);
  }

  private static byte[] resealed(String body) {
    return Mail.sealed(body.getBytes(StandardCharsets.ISO_8859_1));
  }

  private Run.Ended call() throws IOException {
    return Run.of(shim, folder).run();
  }

  /** The deadline is kept from both sides; what a loaded machine adds is not the shim's. */
  private void assertDefault(Run.Ended ended, String cause, String rules, int millis)
      throws IOException {
    assertOutcome(ended, cause, rules);
    Mail outcome = trial.outcomes().get(0);
    assertThat(Long.parseLong(outcome.field("waited")) / 1_000_000)
        .isBetween((long) millis, millis + 8_000L);
  }

  private void assertAtOnce(Run.Ended ended, String cause, String rules) throws IOException {
    assertOutcome(ended, cause, rules);
    assertThat(Long.parseLong(trial.outcomes().get(0).field("waited"))).isLessThan(10_000_000_000L);
  }

  private void assertOutcome(Run.Ended ended, String cause, String rules) throws IOException {
    Mail outcome = trial.outcomes().get(0);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.exit()).isEqualTo(rules.contains("=veto") ? 1 : 0);
    assertThat(outcome.field("exit")).isEqualTo("" + ended.exit());
    assertThat(outcome.field("cause")).isEqualTo(cause);
    assertThat(outcome.field("rules")).isEqualTo(rules);
    assertThat(outcome.stdin).isEmpty();
    assertThat(outcome.field("reason").isEmpty()).isEqualTo(ended.exit() == 0);
  }
}
