package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.libvirt.Guests;
import dev.hookbridge.harness.libvirt.Hypervisor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever can become of guests, networks and containers under a real libvirtd: libvirt calls what
 * it is known to call, and both brokers have every call, in order for each object and valid.
 */
@Tag("libvirt")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LibvirtLifeIT {
  private static final List<String> START =
      List.of("prepare begin", "start begin", "started begin");
  private static final List<String> END = List.of("stopped end", "release end");

  private Path folder;
  private InstalledHost installed;
  private Hypervisor host;
  private Guests guests;
  private Witness witness;

  @BeforeAll
  void install(@TempDir Path temporary) throws Exception {
    folder = temporary;
    installed = new InstalledHost(folder.resolve("kvm-07"), "kvm-07");
    host = installed.host;
    witness = new Witness(host);
    host.agent.start();
    host.startLibvirt();
    guests = new Guests(host, folder);
    guests.defineNetwork("iso", 211);
    host.virsh("net-start", "iso");
  }

  @AfterAll
  void end() {
    if (installed != null) {
      installed.close();
    }
  }

  private static List<String> life(List<String> first, List<String> then) {
    List<String> life = new ArrayList<>(first);
    life.addAll(then);
    return life;
  }

  /** libvirt has called this for the object, and all that was ever called is at both brokers. */
  private void called(String object, List<String> operations) throws Exception {
    // A guest that ends by itself is shut off before its last hook has returned.
    Awaitility.await(object)
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(witness.calls()).containsEntry(object, operations));
    for (Feed feed : installed.feeds) {
      feed.awaitAll(host, witness);
      assertThat(feed.calls(host.name)).containsEntry(object, operations);
    }
  }

  @Test
  void aGuestFromStartToShutdown() throws Exception {
    guests.define("life", "");
    host.virsh("start", "life");
    host.virsh("suspend", "life");
    host.virsh("resume", "life");
    shutdown("life");
    // No hook tells of suspend and resume.
    called("qemu life", life(START, END));
  }

  /** A system hears the button only once it runs. */
  private void shutdown(String guest) {
    Awaitility.await(guest + " switches off")
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              host.tryVirsh("shutdown", guest);
              return !host.runs(guest);
            });
  }

  @Test
  void aRebootIsNoCall() throws Exception {
    guests.define("again", "");
    host.virsh("start", "again");
    String qemu = host.qemu("again");
    host.virsh("reset", "again");
    host.virsh("reboot", "again");
    assertThat(host.qemu("again")).isEqualTo(qemu);
    host.virsh("destroy", "again");
    called("qemu again", life(START, END));
  }

  @Test
  void aCrash() throws Exception {
    guests.define("crash", "");
    host.virsh("start", "crash");
    assertThat(host.inside("kill", "-9", host.qemu("crash")).exit()).isZero();
    host.awaitState("crash", "shut off");
    called("qemu crash", life(START, END));
  }

  @Test
  void savedAndRestored() throws Exception {
    guests.define("saved", "");
    host.virsh("start", "saved");
    String image = folder.resolve("saved.img").toString();
    host.virsh("save", "saved", image);
    host.virsh("restore", image);
    host.virsh("managedsave", "saved");
    host.virsh("start", "saved");
    host.virsh("destroy", "saved");
    List<String> restored = life(List.of("restore begin"), life(START, END));
    called("qemu saved", life(life(START, END), life(restored, restored)));
  }

  @Test
  void aGuestOnANetwork() throws Exception {
    guests.defineNetwork("net", 212);
    host.virsh("net-start", "net");
    guests.define("wired", "net");
    host.virsh("start", "wired");
    host.virsh("attach-interface", "wired", "network", "net", "--model", "virtio", "--live");
    String dhcp = "<host mac='52:54:00:00:00:01' ip='192.168.212.15'/>";
    host.virsh("net-update", "net", "add", "ip-dhcp-host", dhcp, "--live");
    host.virsh("destroy", "wired");
    host.virsh("net-destroy", "net");
    called("qemu wired", life(START, END));
    called(
        "network net",
        List.of(
            "start begin",
            "started begin",
            "port-created begin",
            "port-created begin",
            "updated begin",
            "port-deleted begin",
            "port-deleted begin",
            "stopped end"));
  }

  @Test
  void aContainer() throws Exception {
    guests.defineContainer("box");
    host.virsh("--connect", "lxc:///system", "start", "box");
    host.virsh("--connect", "lxc:///system", "destroy", "box");
    // libvirt may call an end twice: for the command, and for the container's monitor that it ends.
    Awaitility.await("lxc box")
        .atMost(Duration.ofSeconds(30))
        .until(() -> distinct(witness.calls()).equals(life(START, END)));
    for (Feed feed : installed.feeds) {
      feed.awaitAll(host, witness);
      assertThat(distinct(feed.calls(host.name))).isEqualTo(life(START, END));
    }
  }

  private static List<String> distinct(Map<String, List<String>> calls) {
    return calls.getOrDefault("lxc box", List.of()).stream().distinct().toList();
  }

  /** Guests go on, and each is told to be there still. */
  @Test
  void aRestartOfTheDaemon() throws Exception {
    guests.define("stays", "iso");
    host.virsh("start", "stays");
    String qemu = host.qemu("stays");
    List<String> ports = List.copyOf(witness.calls().get("network iso"));
    host.signalLibvirt("HUP");
    awaitDaemon("reload begin");
    host.restartLibvirt();
    assertThat(host.qemu("stays")).isEqualTo(qemu);
    assertThat(host.runs("stays")).isTrue();
    host.virsh("destroy", "stays");
    called("qemu stays", life(life(START, List.of("reconnect begin")), END));
    called("network iso", life(ports, List.of("port-created begin", "port-deleted begin")));
    assertThat(witness.calls().get("daemon -"))
        .containsSubsequence("start -", "reload begin", "shutdown -", "start -");
  }

  private void awaitDaemon(String operation) {
    Awaitility.await(operation)
        .atMost(Duration.ofSeconds(30))
        .until(() -> witness.calls().get("daemon -").contains(operation));
  }

  /** The guest's life goes on elsewhere: both hosts tell of it under the same key. */
  @Test
  void aLiveMigration() throws Exception {
    List<String> there = List.of("nsenter", "--net=" + host.at("/proc/1/ns/net"));
    Path place = folder.resolve("kvm-08");
    try (Hypervisor other = new Hypervisor(place, place.resolve("data"), "kvm-08", there)) {
      other.configure(installed.kafka.sink());
      assertThat(other.hookbridge("hooks", "install").exit()).isZero();
      Witness otherWitness = new Witness(other);
      other.agent.start();
      other.startLibvirt("--daemon", "--listen");
      guests.define("moves", "");
      host.virsh("start", "moves");
      host.virsh(
          "migrate",
          "--live",
          "--unsafe",
          "moves",
          "qemu+tcp://127.0.0.1/system",
          "--migrateuri",
          "tcp://127.0.0.1:49200");
      assertThat(other.runs("moves")).isTrue();
      other.virsh("destroy", "moves");
      called("qemu moves", life(START, END));
      installed.feeds.get(0).awaitAll(other, otherWitness);
      assertThat(otherWitness.calls())
          .containsEntry("qemu moves", life(List.of("migrate begin"), life(START, END)));
    }
  }

  @Test
  void allThatIsToldIsValid() throws Exception {
    for (Feed feed : installed.feeds) {
      feed.awaitAll(host, witness);
      feed.assertValid();
    }
  }
}
