package dev.hookbridge.shim;

import static dev.hookbridge.shim.TestGate.answer;
import static dev.hookbridge.shim.TestGate.rule;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A gated call: what the agent answers is what the hook does, and what it writes down. */
@ParameterizedClass
@EnumSource(Shim.class)
class GateTest extends GateTrial {

  @Test
  void anAllowedCallSucceedsAndBothFilesTell() throws IOException {
    String json = "{\"replies\":[{\"decider\":\"ä\"}]}\n";
    gate.rules(rule("placement", "qemu prepare begin guest -", 5000, "veto"));
    gate.answering(answer(0, "decided", "placement", "", json));
    succeeds(call("prepare"));

    Mail call = trial.onlyCall();
    Mail ask = gate.asks.remove();
    Mail outcome = outcome();
    assertThat(ask.fields.keySet()).isEqualTo(call.fields.keySet()).doesNotContain("gates");
    assertThat(ask.field("id")).isEqualTo(call.field("id"));
    assertThat(ask.stdin).isEqualTo(call.stdin).asString().isEqualTo("<domain/>");
    assertThat(outcome.fields.keySet())
        .containsExactly(
            "id",
            "time",
            "boottime",
            "boot",
            "shim",
            "call",
            "driver",
            "object",
            "operation",
            "suboperation",
            "exit",
            "cause",
            "rule",
            "reason",
            "waited");
    assertThat(outcome.field("call")).isEqualTo(call.field("id"));
    for (String key : new String[] {"boot", "shim", "driver", "object", "operation"}) {
      assertThat(outcome.field(key)).isEqualTo(call.field(key));
    }
    assertThat(outcome.field("exit")).isEqualTo("0");
    assertThat(outcome.field("cause")).isEqualTo("decided");
    assertThat(outcome.field("rule")).isEqualTo("placement");
    assertThat(outcome.field("reason")).isEmpty();
    assertThat(waited(outcome)).isBetween(1L, 10_000_000_000L);
    assertThat(outcome.stdin).asString(StandardCharsets.UTF_8).isEqualTo(json);
    assertThat(new BigInteger(outcome.field("boottime")))
        .isGreaterThan(new BigInteger(call.field("boottime")));
    assertThat(trial.files().get(1).getFileName())
        .hasToString(
            "%020d-%s-%020d-%s",
            new BigInteger(outcome.field("boottime")),
            outcome.field("boot"),
            new BigInteger(outcome.field("time")),
            outcome.field("id"));
    assertThat(gate.asks).isEmpty();
  }

  @Test
  void aVetoFailsTheHookWithItsReason() throws IOException {
    gate.rules(rule("memory-limit", ALL, 5000, "allow"));
    gate.answering(answer(1, "decided", "memory-limit", "tenant 7 is over 64 GiB"));
    Run.Ended ended = call("start");
    assertThat(ended.exit()).isOne();
    assertThat(ended.err()).isEqualTo("vetoed by memory-limit: tenant 7 is over 64 GiB\n");
    Mail outcome = outcome();
    assertThat(outcome.field("exit")).isEqualTo("1");
    assertThat(outcome.field("reason")).isEqualTo("tenant 7 is over 64 GiB");
  }

  /** The reason reaches terminals and logs; the outcome keeps it as it came. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "zu groß: 漢字 \uD83D\uDE00 | zu groß: 漢字 \uD83D\uDE00",
        "a\u001b[31mred\u007f | a?[31mred?",
        "one\u0001two\u009bthree | one?two??three",
        "\u202eright-to-left\u2066 | ???right-to-left???",
        "no\u200bspace | no???space"
      })
  void theReasonIsPrintable(String reason, String shown) throws IOException {
    gate.rules(rule("r", ALL, 5000, "allow"));
    gate.answering(answer(1, "decided", "r", reason));
    assertThat(call("start").err()).isEqualTo("vetoed by r: " + shown + "\n");
    assertThat(outcome().field("reason")).isEqualTo(reason);
  }

  @Test
  void aReasonThatIsNotUtf8IsPrintableToo() throws IOException {
    byte[] answer = answer(1, "decided", "r", "ab?????yz");
    byte[] broken = {(byte) 0xc0, (byte) 0x80, (byte) 0xff, (byte) 0xed, (byte) 0xa0};
    int at = new String(answer, StandardCharsets.ISO_8859_1).indexOf("?????");
    byte[] body = Arrays.copyOf(answer, answer.length - 9);
    System.arraycopy(broken, 0, body, at, broken.length);
    gate.rules(rule("r", ALL, 5000, "allow")).answering(Mail.sealed(body));
    assertThat(call("start").err()).isEqualTo("vetoed by r: ab?????yz\n");
  }

  @Test
  void theLongestReasonIsShownWhole() throws IOException {
    gate.rules(rule("r", ALL, 5000, "allow"));
    String name = "r" + "x".repeat(62);
    gate.answering(answer(1, "decided", name, "ä".repeat(450)));
    assertThat(call("start").err()).isEqualTo("vetoed by " + name + ": " + "ä".repeat(450) + "\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"timeout", "error", "no-decider", "busy", "not-asked", "new-in-2-0"})
  void whateverTheCauseTheAgentHasDecided(String cause) throws IOException {
    gate.rules(rule("r", ALL, 5000, "allow")).answering(answer(1, cause, "r", "why"));
    assertThat(call("start").exit()).isOne();
    assertThat(outcome().field("cause")).isEqualTo(cause);
  }

  @Test
  void aCallThatCouldNotBeWrittenIsAskedAboutAllTheSame() throws IOException {
    Run.tool("rm", "-r", trial.mail().toString());
    gate.rules(rule("r", ALL, 5000, "allow")).answering(answer(1, "decided", "r", "no"));
    assertThat(call("start").exit()).isOne();
    assertThat(gate.asks).singleElement().extracting(ask -> ask.field("object")).isEqualTo("guest");
    assertThat(trial.lost()).hasSize(2).allMatch(line -> line.startsWith("lost "));
    assertThat(trial.lost().get(0)).contains(gate.asks.remove().field("id"));
  }

  /** The longest stdin and the longest JSON; the agent may answer before it has read all. */
  @Test
  void largeAsksAndAnswers() throws IOException {
    byte[] most = new byte[17 << 20];
    String json = "\"" + "j".repeat((64 << 10) - 2) + "\"";
    gate.rules(rule("r", ALL, 10_000, "veto"));
    gate.answering(answer(0, "decided", "r", "", json));
    succeeds(Run.of(shim, folder).stdin(most).run());
    assertThat(gate.asks.remove().stdin).hasSize(16 << 20);
    assertThat(outcome().stdin).asString().isEqualTo(json);
    gate.close();

    try (TestGate hasty = new TestGate(trial).alive()) {
      hasty.serving(channel -> TestGate.send(channel, answer(1, "busy", "r", "64 calls wait")));
      Run.Ended ended = Run.of(shim, folder).stdin(most).run();
      assertThat(ended.err()).isEqualTo("vetoed by r: 64 calls wait\n");
    }
  }

  private Run.Ended call(String operation) throws IOException {
    return run("qemu", operation);
  }

  private Run.Ended run(String driver, String operation) throws IOException {
    Run.Ended ended =
        Run.of(shim, folder)
            .as("/etc/libvirt/hooks/" + driver)
            .with("guest", operation, "begin", "-")
            .stdin("<domain/>".getBytes(StandardCharsets.UTF_8))
            .run();
    assertThat(ended.out()).isEmpty();
    return ended;
  }

  private static void succeeds(Run.Ended ended) {
    assertThat(ended.exit()).isZero();
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err()).isEmpty();
  }

  private Mail outcome() throws IOException {
    assertThat(trial.outcomes()).hasSize(1);
    return trial.outcomes().get(0);
  }

  private static long waited(Mail outcome) {
    return Long.parseLong(outcome.field("waited"));
  }
}
