package dev.hookbridge.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole way of a question: the real shim, the agent, a real broker, and a decider that knows
 * nothing of hookbridge but its documents. What the guest is called is what the {@link Decider}
 * does.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DecisionsContract {
  /** How much longer than its deadline a hook may take on a machine as busy as a test's. */
  private static final Duration SLACK = Duration.ofMillis(1_500);

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int MANY = 200;

  private static final String RULES =
      """
      decisions:
        - name: placement
          when: qemu.prepare.begin
          exempt: [broker-veto]
          via: feed
          timeout: 2s
        - name: strict
          when: qemu.start.begin
          via: feed
          timeout: 2s
          on-timeout: veto
          on-error: veto
          on-agent-absent: veto
        - name: quorum
          when: lxc.prepare.begin
          via: feed
          timeout: 2s
          allows-needed: 2
          on-timeout: veto
        - name: first
          when: bhyve.prepare.begin
          via: feed
          timeout: 2s
        - name: second
          when: bhyve.prepare.begin
          via: feed
          timeout: 2s
          condition: domain.memoryKiB > 1000
      """;

  private Site site;
  private Host host;
  private Hooks hooks;
  private Decider decider;

  abstract Site site();

  abstract Decider decider(Site site) throws Exception;

  @BeforeAll
  void begin(@TempDir Path folder) throws Exception {
    site = site();
    host = new Host(folder, "kvm-07", site.sink());
    Path yaml = host.data.resolve("etc/hookbridge.yaml");
    Files.writeString(yaml, Files.readString(yaml) + RULES);
    hooks = new Hooks(host);
    Host.Ran made = host.hookbridge("check", "--create");
    assertThat(made.exit()).as(made.output()).isZero();
    decider = decider(site);
    host.startAgent();
    host.awaitReady();
  }

  /** A question is answered: after a fault this is how long it takes to be over. */
  @BeforeEach
  void answered() {
    Awaitility.await("a question that is answered")
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(200))
        .until(() -> call("qemu", "allow-wake", "start").exit() == 0);
  }

  @AfterAll
  void end() throws Exception {
    if (decider != null) {
      decider.close();
    }
    if (host != null) {
      host.close();
    }
    if (site != null) {
      site.close();
    }
  }

  private Hooks.Called call(String driver, String guest, String operation) throws Exception {
    String xml =
        "<domain type='qemu'><name>%s</name><memory unit='KiB'>%d</memory></domain>"
            .formatted(guest, guest.startsWith("small") ? 1 : 4096);
    return hooks.call(driver, List.of(guest, operation, "begin", "-"), xml);
  }

  private void allowed(String driver, String guest, String operation) throws Exception {
    Hooks.Called called = call(driver, guest, operation);
    assertThat(called.exit()).as(guest + ": " + called.said()).isZero();
    assertThat(called.said()).isEmpty();
  }

  private void vetoed(String driver, String guest, String operation, String words)
      throws Exception {
    Hooks.Called called = call(driver, guest, operation);
    assertThat(called.exit()).as(guest + "\n" + host.log()).isEqualTo(1);
    assertThat(called.said()).contains("vetoed by ").contains(words);
  }

  /** The {@code decision.made} about a guest, as the feed's consumer sees it. */
  private JsonNode made(String guest) {
    List<JsonNode> found = new ArrayList<>();
    try (Consumer consumer = site.consumer()) {
      Awaitility.await("decision.made about " + guest)
          .atMost(Duration.ofSeconds(30))
          .until(
              () -> {
                for (Consumer.Message message : consumer.all()) {
                  if (message.type().equals("dev.hookbridge.decision.made.v1")
                      && message.json().toString().contains("\"" + guest + "\"")) {
                    found.add(message.json());
                  }
                }
                return !found.isEmpty();
              });
    }
    return Objects.requireNonNull(found.get(0));
  }

  @Test
  void anAllowedCallGoesOnAndAVetoedOneTellsTheReason() throws Exception {
    allowed("qemu", "allow-1", "prepare");
    vetoed("qemu", "veto-1", "prepare", "vetoed by placement: " + Decider.REASON);
    assertThat(made("allow-1").toString()).contains("\"decided\"").contains("\"first\"");
    assertThat(made("veto-1").toString()).contains("\"veto\"").contains(Decider.REASON);
  }

  @Test
  void whatNoRuleMatchesIsNotAskedAbout() throws Exception {
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

  private static void inTime(Hooks.Called called) {
    assertThat(Duration.ofNanos(called.nanos())).isLessThan(TIMEOUT.plus(SLACK));
  }

  @Test
  void whatComesLateTwiceMalformedOrForeignChangesNothing() throws Exception {
    allowed("qemu", "late-veto", "prepare");
    allowed("qemu", "allow-allow-veto", "prepare");
    allowed("qemu", "foreign-rubbish-blank-allow", "prepare");
    vetoed("qemu", "foreign-rubbish-blank-veto-allow", "prepare", Decider.REASON);
    Awaitility.await("what was ignored is counted")
        .atMost(Duration.ofSeconds(20))
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

  @Test
  void twoHundredAtOnceAllEndInTime() throws Exception {
    List<Hooks.Called> all = atOnce(MANY, "allow-crowd", "prepare");
    assertThat(all).extracting(Hooks.Called::exit).containsOnly(0);
    assertThat(all).extracting(Hooks.Called::said).containsOnly("");
  }

  private List<Hooks.Called> atOnce(int count, String guest, String operation) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(count);
    try {
      List<Callable<Hooks.Called>> calls = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String name = guest + "-" + i;
        calls.add(() -> call("qemu", name, operation));
      }
      List<Hooks.Called> all = new ArrayList<>();
      for (Future<Hooks.Called> called : threads.invokeAll(calls)) {
        all.add(called.get());
      }
      return all;
    } finally {
      threads.shutdown();
    }
  }

  /** A host boots with many guests, and its agent is not up. */
  @Test
  void withoutAnAgentNoHookWaits() throws Exception {
    host.killAgent();
    try {
      Awaitility.await("the agent counts as absent")
          .atMost(Duration.ofSeconds(20))
          .until(() -> call("qemu", "allow-absent", "start").exit() == 1);
      long begin = System.nanoTime();
      List<Hooks.Called> all = atOnce(MANY, "veto-boot", "prepare");
      assertThat(all).extracting(Hooks.Called::exit).containsOnly(0);
      assertThat(System.nanoTime() - begin).isLessThan(Duration.ofSeconds(20).toNanos());
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

  /** A broker that was killed may have forgotten what was made a moment before. */
  private void redecide() throws Exception {
    decider.close();
    Awaitility.await("a decider is there again")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(500))
        .ignoreExceptions()
        .until(
            () -> {
              host.hookbridge("check", "--create");
              decider = decider(site);
              return true;
            });
  }

  @Test
  void withTheSwitchOffNobodyIsAsked() throws Exception {
    assertThat(host.hookbridge("decisions", "off").exit()).isZero();
    try {
      allowed("qemu", "veto-off", "prepare");
      assertThat(host.hookbridge("decisions", "status").output()).contains("off");
      Awaitility.await("the metric tells")
          .atMost(Duration.ofSeconds(20))
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
