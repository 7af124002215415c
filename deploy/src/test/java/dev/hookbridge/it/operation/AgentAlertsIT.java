package dev.hookbridge.it.operation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.LockedSpool;
import dev.hookbridge.harness.host.Site;
import dev.hookbridge.harness.prometheus.Scrape;
import dev.hookbridge.harness.prometheus.Stretched;
import dev.hookbridge.mailbox.ShimDouble;
import dev.hookbridge.observer.FakeLibvirt;
import dev.hookbridge.testing.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.DoublePredicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each alert about the agent itself is had from a real agent that is brought into that state: what
 * it shows to a scrape is stretched over the alert's time, and promtool says that this alert fires
 * and no other. {@code SinkAlertsIT} has those about sinks.
 */
class AgentAlertsIT {
  private static final int LATER = 85;
  private static final int CROWD = 56;
  private static final int MANY = 1_100;

  private static final String RULES =
      """
      decisions:
        - { name: placement, when: qemu.prepare.begin, via: feed, timeout: 2s }
        - { name: crowd, when: lxc.start.begin, via: feed, timeout: 10s }
      """;

  @TempDir static Path folder;
  private static Site site;
  private static Host host;
  private static Hooks hooks;
  private static FakeLibvirt libvirt;
  private Scrape before;

  @BeforeAll
  static void start() throws Exception {
    Needs.command("promtool");
    site = Site.kafka();
    host = new Host(folder, "kvm-07", site.sink());
    Path yaml = host.data.resolve("etc/hookbridge.yaml");
    Path socket = folder.resolve("libvirt");
    libvirt = new FakeLibvirt(socket);
    String observer = "observer: { uris: [\"qemu+unix:///system?socket=" + socket + "\"] }\n";
    Files.writeString(yaml, Files.readString(yaml) + RULES + observer);
    host.create();
    hooks = new Hooks(host);
    host.startAgent();
  }

  @AfterAll
  static void end() throws Exception {
    if (libvirt != null) {
      libvirt.close();
    }
    if (host != null) {
      host.close();
    }
    if (site != null) {
      site.close();
    }
  }

  @BeforeEach
  void aHealthyAgent() throws Exception {
    host.awaitDelivered();
    await("hookbridge_decision_channel_ready", value -> value == 1);
    await("hookbridge_observer_connected", value -> value == 1);
    before = Scrape.of(host);
  }

  private static void await(String meter, DoublePredicate value) {
    Awaitility.await(meter).until(() -> value.test(host.metric(meter)));
  }

  private void fires(String... alerts) throws Exception {
    if (!List.of(alerts).contains("MailboxStuck")) {
      await("hookbridge_mailbox_files", files -> files == 0); // not one that is just being taken in
    }
    new Stretched(before, Scrape.of(host)).fires(folder, LATER, alerts);
  }

  @Test
  void nothingIsWrong() throws Exception {
    fires();
  }

  @Test
  void agentsThatCannotBeReachedOrDoNotStayUp() throws Exception {
    List<Scrape> starts = new ArrayList<>(List.of(before));
    for (int i = 0; i < 4; i++) {
      host.killAgent();
      Scrape down = Scrape.of(host);
      if (i == 0) {
        new Stretched(before, down).fires(folder, LATER, "AgentAbsent");
      }
      host.startAgent();
      aHealthyAgent();
      starts.add(before);
    }
    new Stretched(starts.toArray(new Scrape[0])).fires(folder, 16, "AgentRestarts");
    new Stretched().fires(folder, LATER, "NoAgents");
  }

  @Test
  void aClockThatIsOff() throws Exception {
    for (double off : new double[] {-20, 20}) {
      new Stretched(before.byClockBehind(off), Scrape.of(host).byClockBehind(off))
          .fires(folder, LATER, "ClockSkew");
    }
  }

  /** Somebody holds the lock of the spool's file. */
  @Test
  void aSpoolThatIsLocked() throws Exception {
    try (LockedSpool locked = LockedSpool.of(host)) {
      locked.begin();
      hooks.fire("qemu", List.of("web1", "started", "begin", "-"), "");
      await("hookbridge_mailbox_files", files -> files == 1);
      await("hookbridge_ready", ready -> ready == 0);
      before = Scrape.of(host);
      fires("MailboxStuck");
      for (int i = 0; i < MANY; i++) {
        ShimDouble.deliver(
            host.data.resolve("mail"),
            ShimDouble.call("qemu", List.of("web1", "started", "begin", "-"), new byte[0]));
      }
      await("hookbridge_mailbox_files", files -> files == MANY + 1);
      before = Scrape.of(host);
      fires("MailboxStuck", "MailboxGrows");
    }
    host.awaitDelivered();
    await("hookbridge_ready", ready -> ready == 1);
    await("hookbridge_mailbox_files", files -> files == 0);
    before = Scrape.of(host);
    fires();
  }

  @Test
  void aDiskThatIsSlow() throws Exception {
    try (LockedSpool locked = LockedSpool.of(host)) {
      locked.begin();
      hooks.fire("qemu", List.of("web1", "started", "begin", "-"), "");
      await("hookbridge_mailbox_oldest_seconds", age -> age > 4);
    }
    host.awaitDelivered();
    fires("DiskSlow", "HooksSlow");
  }

  /** As after an outage of the agent. */
  @Test
  void callsThatAreTakenInLate() throws Exception {
    double taken = host.metric("hookbridge_hook_to_spool_seconds_count");
    long minuteAgo = Instant.now().minusSeconds(60).toEpochMilli() * 1_000_000;
    ShimDouble.deliver(
        host.data.resolve("mail"),
        ShimDouble.call(
            ShimDouble.newId(),
            "qemu",
            List.of("web1", "started", "begin", "-"),
            new byte[0],
            Map.of("time", Long.toString(minuteAgo))));
    await("hookbridge_hook_to_spool_seconds_count", count -> count > taken);
    fires("HooksSlow");
  }

  @Test
  void eventsThatAreLost() throws Exception {
    Files.writeString(
        host.data.resolve("run/lost"),
        "lost 019bc0d5-1a7b-7c3e-9f00-5d6a2b8e4c11 1768469400000000000 qemu start web1 28\n");
    await("hookbridge_lost_total", lost -> lost > 0);
    fires("EventsLost");
  }

  @Test
  void aGuestThatPanics() throws Exception {
    libvirt.lifecycle("web1", 1, 8, 0);
    String meter = "hookbridge_domain_events_total{event=\"crashed\"}";
    double panics = before.values().getOrDefault(meter, 0.0);
    Awaitility.await(meter).until(() -> Scrape.of(host).values().getOrDefault(meter, 0.0) > panics);
    fires("GuestCrashed");
  }

  @Test
  void libvirtThatIsAway() throws Exception {
    Path socket = folder.resolve("libvirt");
    libvirt.close();
    await("hookbridge_observer_connected", value -> value == 0);
    before = Scrape.of(host);
    fires("ObserverBlind");
    libvirt = new FakeLibvirt(socket);
    await("hookbridge_observer_connected", value -> value == 1);
  }

  @Test
  void decidersThatDoNotAnswer() throws Exception {
    assertThat(hooks.call("qemu", List.of("web1", "prepare", "begin", "-"), "").exit()).isZero();
    host.awaitDelivered();
    String meter = "hookbridge_decisions_failed_open_total{rule=\"placement\"}";
    double made = before.values().getOrDefault(meter, 0.0);
    Awaitility.await(meter).until(() -> Scrape.of(host).values().getOrDefault(meter, 0.0) > made);
    fires("DecisionsFailedOpen", "DecisionsSlow");
  }

  @Test
  void manyWhoWaitForDecisions() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CROWD);
    try {
      List<Future<Hooks.Called>> calls = new ArrayList<>();
      for (int i = 0; i < CROWD; i++) {
        List<String> call = List.of("box" + i, "start", "begin", "-");
        calls.add(threads.submit(() -> hooks.call("lxc", call, "")));
      }
      Scrape[] busy = {before};
      Awaitility.await("hooks at the gate")
          .pollInterval(Duration.ofMillis(20))
          .until(
              () -> {
                busy[0] = Scrape.of(host);
                return busy[0].values().getOrDefault("hookbridge_gate_waiting", 0.0) > 48
                    && busy[0].values().getOrDefault("hookbridge_mailbox_files", 1.0) == 0;
              });
      new Stretched(before, busy[0]).fires(folder, LATER, "GateBusy");
      for (Future<Hooks.Called> call : calls) {
        assertThat(call.get().exit()).isZero();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void rulesThatHooksCannotRead() throws Exception {
    Path gates = host.data.resolve("gates.d/gates");
    byte[] rules = Files.readAllBytes(gates);
    Files.writeString(gates, "no rules any more");
    hooks.fire("qemu", List.of("web9", "prepare", "begin", "-"), "");
    await("hookbridge_gates_unusable_total", count -> count > 0);
    Files.write(gates, rules);
    fires("GatesUnusable");
  }

  @Test
  void decisionsThatAreSwitchedOff() throws Exception {
    assertThat(host.hookbridge("decisions", "off").exit()).isZero();
    await("hookbridge_gates_enabled", enabled -> enabled == 0);
    fires("GatesDisabled");
    assertThat(host.hookbridge("decisions", "on").exit()).isZero();
    await("hookbridge_gates_enabled", enabled -> enabled == 1);
  }
}
