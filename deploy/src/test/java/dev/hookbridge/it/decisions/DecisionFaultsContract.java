package dev.hookbridge.it.decisions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.decider.Decider;
import dev.hookbridge.harness.host.Hooks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Agent, broker and gates file fail, and hooks come in crowds: no hook waits in vain. */
abstract class DecisionFaultsContract extends DecisionsContract {
  private static final int MANY = 200;

  @Test
  void twoHundredAtOnceAllEndInTime() throws Exception {
    List<Hooks.Called> all = atOnce(MANY, "allow-crowd", "prepare");
    assertThat(all).extracting(Hooks.Called::exit).containsOnly(0);
    assertThat(all).extracting(Hooks.Called::said).containsOnly("");
  }

  /** A host boots with many guests, and its agent is not up. */
  @Test
  void withoutAnAgentNoHookWaits() throws Exception {
    host.killAgent();
    try {
      Awaitility.await("the agent counts as absent")
          .atMost(Duration.ofSeconds(60))
          .until(() -> call("qemu", "allow-absent", "start").exit() == 1);
      List<Hooks.Called> all = atOnce(MANY, "veto-boot", "prepare");
      assertThat(all).extracting(Hooks.Called::exit).containsOnly(0);
      assertThat(all).allSatisfy(DecisionsRig::inTime);
      allowed("qemu", "veto-absent", "reconnect");
      vetoed("qemu", "allow-absent-2", "start", "vetoed by strict");
    } finally {
      host.startAgent();
    }
    assertThat(made("veto-boot-1").toString()).contains("\"absent\"");
  }

  @Test
  void anAgentKilledOrHaltedWhileACallWaitsHoldsItNoLongerThanItsDeadline() throws Exception {
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      Future<Hooks.Called> halted = thread.submit(() -> call("qemu", "silence-halt", "prepare"));
      Awaitility.await().until(() -> decider.asked().contains("silence-halt"));
      host.haltAgent();
      Hooks.Called called = halted.get(1, TimeUnit.MINUTES);
      assertThat(called.exit()).isZero();
      inTime(called);
      host.continueAgent();
      answered();
      Future<Hooks.Called> killed = thread.submit(() -> call("qemu", "silence-kill", "start"));
      Awaitility.await().until(() -> decider.asked().contains("silence-kill"));
      host.killAgent();
      assertThat(killed.get(1, TimeUnit.MINUTES).exit()).isEqualTo(1); // fails closed, as told to
      inTime(killed.get());
    } finally {
      thread.shutdown();
      if (!host.agentLives()) {
        host.startAgent();
      }
    }
    assertThat(made("silence-halt").toString()).contains("\"timeout\"");
    assertThat(made("silence-kill").toString()).contains("\"error\"");
  }

  @Test
  void aBrokerThatIsDownOrHaltedIsAnErrorInTimeAndHealsByItself() throws Exception {
    site.broker().kill();
    try {
      Hooks.Called down = call("qemu", "allow-down", "start");
      assertThat(down.exit()).isEqualTo(1);
      inTime(down);
    } finally {
      site.broker().start();
      redecide();
    }
    answered();
    site.broker().pause();
    try {
      Hooks.Called halted = call("qemu", "allow-halted", "start");
      assertThat(halted.exit()).isEqualTo(1);
      inTime(halted);
    } finally {
      site.broker().resume();
    }
    answered();
  }

  @Test
  void withTheSwitchOffNobodyIsAsked() throws Exception {
    assertThat(host.hookbridge("decisions", "off").exit()).isZero();
    try {
      allowed("qemu", "veto-off", "prepare");
      assertThat(host.hookbridge("decisions", "status").output()).contains("off");
      Awaitility.await("the metric tells")
          .atMost(Duration.ofSeconds(60))
          .until(() -> host.metric("hookbridge_gates_enabled") == 0);
    } finally {
      assertThat(host.hookbridge("decisions", "on").exit()).isZero();
    }
    assertThat(decider.asked()).doesNotContain("veto-off");
    vetoed("qemu", "veto-on", "prepare", Decider.REASON);
  }

  @Test
  void aDestroyedGatesFileMeansNoQuestion() throws Exception {
    Path gates = host.data.resolve("gates.d/gates");
    byte[] good = Files.readAllBytes(gates);
    try {
      byte[] torn = java.util.Arrays.copyOf(good, good.length - 5);
      Files.write(gates, torn);
      allowed("qemu", "veto-torn", "prepare");
      Files.delete(gates);
      allowed("qemu", "veto-missing", "prepare");
    } finally {
      Files.write(gates, good);
    }
    assertThat(decider.asked()).doesNotContain("veto-torn", "veto-missing");
  }
}
