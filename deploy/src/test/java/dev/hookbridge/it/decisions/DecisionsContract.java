package dev.hookbridge.it.decisions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.decider.Decider;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.Hooks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The whole way of a question: the real shim, the agent, a real broker, and a decider that knows
 * nothing of hookbridge but its documents.
 */
abstract class DecisionsContract extends DecisionsRig {
  @Test
  void anAllowedCallGoesOnAndAVetoedOneTellsTheReason() throws Exception {
    allowed("qemu", "allow-1", "prepare");
    vetoed("qemu", "veto-1", "prepare", "vetoed by placement: " + Decider.REASON);
    assertThat(made("allow-1").toString()).contains("\"decided\"").contains("\"first\"");
    assertThat(made("veto-1").toString()).contains("\"veto\"").contains(Decider.REASON);
  }

  @Test
  void unmatchedCallIsNotAskedAbout() throws Exception {
    allowed("qemu", "broker-veto", "prepare");
    allowed("qemu", "veto-stopped", "stopped");
    allowed("qemu", "veto-reconnect", "reconnect");
    allowed("network", "veto-net", "start");
    assertThat(decider.asked())
        .doesNotContain("broker-veto", "veto-stopped", "veto-reconnect", "veto-net");
  }

  @Test
  void silenceEndsWithTheDefaultInTime() throws Exception {
    Hooks.Called quiet = call("qemu", "silence", "prepare");
    assertThat(quiet.exit()).isZero();
    inTime(quiet);
    Hooks.Called strict = call("qemu", "silence", "start");
    assertThat(strict.exit()).isEqualTo(1);
    assertThat(strict.said()).contains("vetoed by strict");
    inTime(strict);
    assertThat(made("silence").toString()).contains("\"timeout\"");
  }

  @Test
  void lateDuplicateMalformedAndForeignRepliesChangeNothing() throws Exception {
    allowed("qemu", "late-veto", "prepare");
    allowed("qemu", "allow-allow-veto", "prepare");
    allowed("qemu", "foreign-rubbish-blank-allow", "prepare");
    vetoed("qemu", "foreign-rubbish-blank-veto-allow", "prepare", Decider.REASON);
    Awaitility.await("what was ignored is counted")
        .atMost(Duration.ofSeconds(60))
        .until(() -> host.metric("hookbridge_decision_replies_ignored_total") >= 8);
  }

  @Test
  void ofTwoWhoDisagreeTheFirstWins() throws Exception {
    allowed("qemu", "allow-veto2", "prepare");
    vetoed("qemu", "veto2-allow", "prepare", Decider.REASON);
  }

  @Test
  void aQuorumNeedsDifferentDeciders() throws Exception {
    allowed("lxc", "allow-allow2", "prepare");
    vetoed("lxc", "allow-once", "prepare", "vetoed by quorum");
    vetoed("lxc", "allow-allow-same", "prepare", "vetoed by quorum");
    vetoed("lxc", "allow-veto2", "prepare", Decider.REASON);
  }

  @Test
  void severalRulesAreAskedAtOnceAndOneByItsCondition() throws Exception {
    allowed("bhyve", "big-allow", "prepare");
    allowed("bhyve", "small-allow", "prepare");
    List<String> asked = decider.asked();
    assertThat(asked.stream().filter("big-allow"::equals)).hasSize(2);
    assertThat(asked.stream().filter("small-allow"::equals)).hasSize(1);
  }

  /** What was decided and what was not: each call is an event all the same. */
  @Test
  void theFeedHasEachCallOnce() throws IOException, Exception {
    allowed("qemu", "allow-feed", "prepare");
    vetoed("qemu", "veto-feed", "prepare", Decider.REASON);
    made("veto-feed");
    try (Consumer consumer = site.consumer()) {
      List<String> guests = new ArrayList<>();
      for (Consumer.Message message : Consumer.hooks(consumer.all())) {
        guests.add(message.json().at("/hook/object").asText());
      }
      assertThat(guests).contains("allow-feed", "veto-feed");
      assertThat(guests.stream().filter(guest -> guest.endsWith("-feed"))).hasSize(2);
    }
  }
}
