package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.decider.Decider;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import dev.hookbridge.harness.libvirt.Guests;
import dev.hookbridge.harness.libvirt.Hypervisor;
import dev.hookbridge.testing.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a user of virsh sees of vetoes, and what libvirt does then. The {@link Decider} does what
 * the words of a guest's name say.
 */
@Tag("libvirt")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LibvirtVetoIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** By the guest's name, which rule it meets, and what holds when nobody answers. */
  private static final String RULES =
      """
      decisions:
        - { name: placement, when: qemu.prepare.begin, object: "*-place", via: feed, timeout: 5s }
        - { name: images, when: qemu.restore.begin, object: "*-image", via: feed, timeout: 5s }
        - { name: moves, when: qemu.migrate.begin, object: "*-move", via: feed, timeout: 5s }
        - { name: nets, when: network.start.begin, object: "*-net", via: feed, timeout: 5s }
        - { name: open, when: qemu.prepare.begin, object: "*-open", via: feed, timeout: 1s }
        - { name: closed, when: qemu.prepare.begin, object: "*-closed", via: feed, timeout: 1s,
            on-timeout: veto, on-error: veto, on-agent-absent: veto }
        - { name: slow, when: qemu.prepare.begin, object: "*-slow", via: feed, timeout: 10s }
      """;

  private Path folder;
  private Site kafka;
  private Decider decider;
  private Hypervisor host;
  private Guests guests;
  private Witness witness;

  @BeforeAll
  void install(@TempDir Path temporary) throws Exception {
    Needs.root();
    folder = temporary;
    kafka = Site.kafka();
    host = new Hypervisor(folder.resolve("kvm-07"), "kvm-07");
    begin(host);
    decider = Decider.onKafka(kafka.broker().address());
    witness = new Witness(host);
    host.startLibvirt();
    guests = new Guests(host, folder);
    answered(host);
  }

  private void begin(Hypervisor hypervisor) throws Exception {
    hypervisor.configure(kafka.sink() + RULES);
    Host.Ran checked = hypervisor.hookbridge("check", "--create");
    assertThat(checked.exit()).as(checked.output()).isZero();
    assertThat(hypervisor.hookbridge("hooks", "install").exit()).isZero();
    hypervisor.agent.start();
    hypervisor.agent.awaitReady();
  }

  /** The agent's channel is open, and the decider answers. */
  private void answered(Hypervisor hypervisor) throws Exception {
    guests.define("allow-wake-closed", "");
    Awaitility.await("an answer")
        .atMost(PATIENCE)
        .until(() -> hypervisor.tryVirsh("start", "allow-wake-closed").exit() == 0);
    hypervisor.virsh("destroy", "allow-wake-closed");
    hypervisor.virsh("undefine", "allow-wake-closed");
  }

  @AfterAll
  void end() throws Exception {
    for (AutoCloseable each : new AutoCloseable[] {host, decider, kafka}) {
      if (each != null) {
        each.close();
      }
    }
  }

  private void starts(String guest) throws Exception {
    guests.define(guest, "");
    host.virsh("start", guest);
    assertThat(host.runs(guest)).isTrue();
    host.virsh("destroy", guest);
  }

  private void startsNot(String guest, String words) throws Exception {
    guests.define(guest, "");
    refused(host.tryVirsh("start", guest), words);
    assertThat(host.runs(guest)).isFalse();
  }

  private static void refused(Host.Ran ran, String words) {
    assertThat(ran.exit()).as(ran.output()).isNotZero();
    assertThat(ran.output()).contains("Hook script execution failed").contains(words);
  }

  @Test
  void aStart() throws Exception {
    starts("allow-place");
    startsNot("veto-place", "vetoed by placement: " + Decider.REASON);
    Awaitility.await("its end is told, though it never ran")
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(witness.calls())
                    .containsEntry(
                        "qemu veto-place", List.of("prepare begin", "stopped end", "release end")));
  }

  @Test
  void aRestoreKeepsTheImage() throws Exception {
    guests.define("veto-image", "");
    host.virsh("start", "veto-image");
    host.virsh("managedsave", "veto-image");
    refused(host.tryVirsh("start", "veto-image"), "vetoed by images: " + Decider.REASON);
    assertThat(host.virsh("list", "--all", "--with-managed-save", "--name")).contains("veto-image");
    host.virsh("managedsave-remove", "veto-image");
    host.virsh("start", "veto-image");
    host.virsh("destroy", "veto-image");
  }

  @Test
  void aMigrationLeavesTheGuestWhereItRuns() throws Exception {
    List<String> there = List.of("nsenter", "--net=" + host.at("/proc/1/ns/net"));
    Path place = folder.resolve("kvm-08");
    try (Hypervisor other = new Hypervisor(place, place.resolve("data"), "kvm-08", there)) {
      begin(other);
      other.startLibvirt("--daemon", "--listen");
      guests.define("veto-move", "");
      host.virsh("start", "veto-move");
      String qemu = host.qemu("veto-move");
      refused(
          host.tryVirsh(
              "migrate",
              "--live",
              "--unsafe",
              "veto-move",
              "qemu+tcp://127.0.0.1/system",
              "--migrateuri",
              "tcp://127.0.0.1:49200"),
          "vetoed by moves: " + Decider.REASON);
      assertThat(host.runs("veto-move")).isTrue();
      assertThat(host.qemu("veto-move")).isEqualTo(qemu);
      host.virsh("destroy", "veto-move");
    }
  }

  @Test
  void aNetwork() throws Exception {
    guests.defineNetwork("veto-net", 213);
    refused(host.tryVirsh("net-start", "veto-net"), "vetoed by nets: " + Decider.REASON);
    guests.defineNetwork("allow-net", 214);
    host.virsh("net-start", "allow-net");
    host.virsh("net-destroy", "allow-net");
  }

  @Test
  void nobodyAnswers() throws Exception {
    starts("silence-open");
    startsNot("silence-closed", "vetoed by closed: ");
  }

  @Test
  void theAgentIsAbsent() throws Exception {
    host.agent.signal("TERM");
    try {
      starts("absent-open");
      startsNot("absent-closed", "vetoed by closed: ");
    } finally {
      host.agent.start();
      host.agent.awaitReady();
    }
    answered(host);
  }

  @Test
  void theBrokerIsAway() throws Exception {
    kafka.broker().stop();
    try {
      starts("error-open");
      startsNot("error-closed", "vetoed by closed: ");
    } finally {
      kafka.broker().start();
    }
    answered(host);
  }

  /** libvirt waits no longer than the rule says, and the guest starts. */
  @Test
  void theAgentIsKilledWhileItIsAsked() throws Exception {
    guests.define("silence-slow", "");
    CompletableFuture<Host.Ran> start =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return host.tryVirsh("start", "silence-slow");
              } catch (java.io.IOException e) {
                throw new AssertionError(e);
              }
            });
    Awaitility.await("it is asked about")
        .atMost(PATIENCE)
        .until(() -> decider.asked().contains("silence-slow"));
    host.agent.signal("KILL");
    assertThat(start.get(1, TimeUnit.MINUTES).exit()).isZero();
    host.virsh("destroy", "silence-slow");
    host.agent.start();
    host.agent.awaitReady();
    answered(host);
    assertThat(Files.exists(host.at("/run/hookbridge/lost"))).isFalse();
  }
}
