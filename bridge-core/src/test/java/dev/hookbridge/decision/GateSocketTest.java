package dev.hookbridge.decision;

import static dev.hookbridge.decision.TestRule.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.decision.gate.ConnectionLimiter;
import dev.hookbridge.decision.rule.Vote;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.mailbox.ShimDouble.Answer;
import dev.hookbridge.testing.FakeTransport;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the gate does with many at once, with those who behave badly, and around its life. */
@Tag("slow")
class GateSocketTest extends WithRig {
  private static final String REFUSED = "hookbridge.gate.refused";

  private static void waiting(Rig rig, int calls) {
    Awaitility.await(calls + " calls wait")
        .atMost(Rig.PATIENCE)
        .pollInterval(Duration.ofMillis(5))
        .until(() -> rig.meters.get("hookbridge.gate.waiting").gauge().value() == calls);
  }

  @Test
  void theSixtyFifthCallIsNotKeptWaiting() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a").onTimeout(Vote.ALLOW).onError(Vote.VETO))) {
      List<CompletableFuture<Answer>> answers = new ArrayList<>();
      List<DecisionRequest> requests = new ArrayList<>();
      for (int i = 0; i < ConnectionLimiter.MOST_WAITING; i++) {
        answers.add(rig.prepare());
      }
      for (int i = 0; i < ConnectionLimiter.MOST_WAITING; i++) {
        requests.add(rig.asked());
      }
      Answer busy = Rig.get(rig.prepare());
      assertThat(busy.cause()).isEqualTo("busy");
      assertThat(busy.exit()).isEqualTo(1);
      assertThat(busy.rule()).isEqualTo("a");
      assertThat(rig.line().asked).isEmpty();
      requests.forEach(request -> rig.line().reply(request, ALLOW));
      for (CompletableFuture<Answer> answer : answers) {
        // On a machine that is slow enough the first have had their ten seconds.
        assertThat(Rig.get(answer).cause()).isIn("decided", "timeout");
      }
      waiting(rig, 0);
      FakeTransport.decider((channel, request) -> channel.reply(request, ALLOW));
      assertThat(Rig.get(rig.prepare()).cause()).isEqualTo("decided");
    }
  }

  @Test
  void twoHundredAtOnceAreAllAnswered() throws Exception {
    FakeTransport.decider((channel, request) -> channel.reply(request, ALLOW));
    try (Rig rig = Rig.of(folder, rule("a"))) {
      List<CompletableFuture<Answer>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        answers.add(rig.prepare());
      }
      for (CompletableFuture<Answer> answer : answers) {
        assertThat(Rig.get(answer).cause()).isIn("decided", "busy");
      }
      waiting(rig, 0);
    }
  }

  @Test
  void garbageIsLetGo() throws Exception {
    long seed = Long.getLong("hookbridge.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    Random random = new Random(seed);
    byte[] good = record();
    try (Rig rig = Rig.of(folder, rule("a"))) {
      List<byte[]> bad = new ArrayList<>();
      bad.add(new byte[0]);
      bad.add("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      bad.add(Arrays.copyOf(good, good.length - 1));
      bad.add(Arrays.copyOf(good, good.length + 1));
      bad.add(
          new String(good, StandardCharsets.ISO_8859_1)
              .replace("4:call,", "4:mail,")
              .getBytes(StandardCharsets.ISO_8859_1));
      for (int i = 0; i < 50; i++) {
        byte[] changed = good.clone();
        changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        bad.add(changed);
      }
      for (byte[] record : bad) {
        Answer answer = Rig.get(rig.ask(record));
        // A changed word can make it a call that no rule is about, which is said without proof.
        assertThat(answer.none() || answer.cause().equals("not-asked")).isTrue();
      }
      assertThat(rig.counted(REFUSED, "damaged")).isGreaterThan(10);
      assertThat(rig.line().asked).isEmpty();
      waiting(rig, 0);
    }
  }

  @Test
  void slowClientIsDisconnected() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"));
        SocketChannel silent = ShimDouble.connect(folder);
        SocketChannel half = ShimDouble.connect(folder)) {
      ShimDouble.send(half, Arrays.copyOf(record(), 100));
      assertThat(ShimDouble.answer(silent).none()).isTrue();
      assertThat(ShimDouble.answer(half).none()).isTrue();
      rig.awaitCounted(REFUSED, "slow", 2);
      waiting(rig, 0);
    }
  }

  @Test
  void disconnectedClientIsForgotten() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"))) {
      DecisionRequest request;
      try (SocketChannel shim = ShimDouble.connect(folder)) {
        ShimDouble.send(shim, record());
        shim.shutdownOutput();
        request = rig.asked();
      }
      rig.line().reply(request, ALLOW);
      rig.awaitCounted(REFUSED, "vanished", 1);
      waiting(rig, 0);
    }
  }

  @Test
  void moreThanARecordCanHaveIsLetGo() throws Exception {
    try (Rig rig = Rig.of(folder, rule("a"));
        SocketChannel shim = ShimDouble.connect(folder)) {
      byte[] some = new byte[1 << 20];
      assertThatThrownBy(
              () -> {
                for (int i = 0; i < 64; i++) {
                  ShimDouble.send(shim, some);
                }
              })
          .isInstanceOf(IOException.class);
      rig.awaitCounted(REFUSED, "oversize", 1);
      waiting(rig, 0);
    }
  }

  /** As large as the shim keeps, and no XML: redaction refuses it, the question goes out. */
  @Test
  void anAskOfSixteenMebibytes() throws Exception {
    byte[] stdin = new byte[16 << 20];
    Arrays.fill(stdin, (byte) 'x');
    byte[] record = ShimDouble.call("qemu", List.of("web1", "prepare", "begin", "-"), stdin);
    FakeTransport.decider((channel, request) -> channel.reply(request, ALLOW));
    try (Rig rig = Rig.of(folder, rule("a"))) {
      Answer answer = Rig.get(rig.ask(record));
      assertThat(answer.cause()).isEqualTo("decided");
      DecisionRequest request = rig.asked();
      assertThat(new ObjectMapper().readTree(request.event().data()).has("parseError")).isTrue();
      for (int i = 0; i < 10; i++) {
        assertThat(Rig.get(rig.ask(record)).cause()).isEqualTo("decided"); // its room comes back
      }
    }
  }

  @Test
  void waitingHookGetsOnErrorWhenTheAgentStops() throws Exception {
    CompletableFuture<Answer> answer;
    try (Rig rig = Rig.of(folder, rule("a").onError(Vote.VETO))) {
      answer = rig.prepare();
      rig.asked();
      assertThat(folder.resolve("gate.sock")).exists();
      assertThat(folder.resolve("alive")).exists();
      rig.decisions.close();
      Answer got = Rig.get(answer);
      assertThat(got.exit()).isEqualTo(1);
      assertThat(got.cause()).isEqualTo("error");
    }
    assertThat(folder.resolve("gate.sock")).doesNotExist();
    assertThat(folder.resolve("alive")).doesNotExist();
    assertThat(folder.resolve("gates")).as("stays for on-agent-absent").exists();
  }
}
