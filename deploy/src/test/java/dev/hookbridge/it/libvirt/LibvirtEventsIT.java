package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.libvirt.Guests;
import dev.hookbridge.harness.libvirt.Hypervisor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What no hook tells, from a real libvirtd to both brokers: each life of a guest gives the events
 * that libvirt reports, in the guest's order with its hook calls. Every event keeps its schema.
 */
@Tag("libvirt")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LibvirtEventsIT {
  private ObservedHost observed;
  private Hypervisor host;
  private Guests guests;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    observed = new ObservedHost(folder, "kvm-15");
    host = observed.host;
    guests = new Guests(host, folder);
  }

  @AfterAll
  void end() throws Exception {
    if (observed != null) {
      try {
        for (Feed feed : observed.feeds()) {
          feed.assertValid();
        }
      } finally {
        observed.close();
      }
    }
  }

  @Test
  void aLife() throws Exception {
    guests.define("life", "");
    host.virsh("start", "life");
    host.virsh("suspend", "life");
    host.virsh("resume", "life");
    host.virsh("destroy", "life");
    host.virsh("undefine", "life");
    observed.lived(
        "life",
        "defined added",
        "hook prepare",
        "hook start",
        "resumed unpaused",
        "hook started",
        "started booted",
        "suspended paused",
        "resumed unpaused",
        "shutdown host",
        "hook stopped",
        "hook release",
        "stopped destroyed",
        "undefined removed");
  }

  /** No hook of QEMU is called at a reset. */
  @Test
  void aReset() throws Exception {
    guests.define("again", "");
    host.virsh("start", "again");
    host.virsh("reset", "again");
    observed.awaitLife("again", "rebooted");
    host.virsh("destroy", "again");
    observed.awaitLife("again", "stopped destroyed");
    assertThat(observed.life("again").stream().distinct())
        .containsSubsequence("started booted", "rebooted", "hook stopped", "stopped destroyed");
  }

  @Test
  void aPanicThatEndsTheGuest() throws Exception {
    guests.definePanicking("ends", "destroy");
    host.virsh("start", "ends");
    List<String> expected =
        List.of(
            "defined added",
            "hook prepare",
            "hook start",
            "resumed unpaused",
            "hook started",
            "started booted",
            "crashed panicked",
            "hook stopped",
            "hook release",
            "stopped crashed");
    // libvirt may handle the panic before QEMU's message that the processors are paused.
    for (Feed feed : observed.feeds()) {
      Awaitility.await("ends")
          .atMost(ObservedHost.PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () -> {
                List<String> life = new ArrayList<>(feed.life(host.name, "ends"));
                life.remove("suspended paused");
                observed.assertLife(life, expected);
              });
    }
  }

  /** With restart no hook is called, and the guest continues. */
  @Test
  void aPanicThatRestartsTheGuest() throws Exception {
    double before = metric("hookbridge_domain_events_total", "event=\"crashed\"");
    guests.definePanicking("restarts", "restart");
    host.virsh("start", "restarts");
    observed.awaitLife("restarts", "crashed panicked");
    assertThat(metric("hookbridge_domain_events_total", "event=\"crashed\"")).isGreaterThan(before);
    host.virsh("destroy", "restarts");
    observed.awaitLife("restarts", "stopped destroyed");
    List<String> life = observed.life("restarts");
    // Nothing but the panic between the start and the end: no hook knows of it.
    assertThat(life.subList(life.indexOf("started booted"), life.indexOf("hook stopped")))
        .contains("crashed panicked")
        .noneMatch(event -> event.startsWith("hook"));
  }

  @Test
  void aPanicThatKeepsTheGuest() throws Exception {
    guests.definePanicking("stays", "preserve");
    host.virsh("start", "stays");
    observed.awaitLife("stays", "crashed panicked");
    Awaitility.await("the list after the panic")
        .atMost(ObservedHost.PATIENCE)
        .until(() -> "crashed".equals(observed.state("stays")));
    host.virsh("destroy", "stays");
    observed.awaitLife("stays", "stopped destroyed");
    assertThat(observed.life("stays"))
        .containsSubsequence("started booted", "crashed panicked", "hook stopped");
  }

  @Test
  void aQemuThatIsKilled() throws Exception {
    guests.define("killed", "");
    host.virsh("start", "killed");
    assertThat(host.inside("kill", "-9", host.qemu("killed")).exit()).isZero();
    observed.lived(
        "killed",
        "defined added",
        "hook prepare",
        "hook start",
        "resumed unpaused",
        "hook started",
        "started booted",
        "hook stopped",
        "hook release",
        "stopped failed");
  }

  @Test
  void savedAndRestored() throws Exception {
    guests.define("saved", "");
    host.virsh("start", "saved");
    host.virsh("managedsave", "saved");
    host.virsh("start", "saved");
    host.virsh("destroy", "saved");
    observed.awaitLife("saved", "stopped destroyed");
    assertThat(observed.life("saved"))
        .containsSubsequence(
            "started booted",
            "suspended paused",
            "job-completed",
            "hook stopped",
            "stopped saved",
            "hook restore",
            "hook started",
            "started restored",
            "stopped destroyed");
  }

  @Test
  void devicesThatComeAndGo() throws Exception {
    guests.defineWithUsb("plugs");
    host.virsh("start", "plugs");
    Path device = host.folder.resolve("tablet.xml");
    Files.writeString(device, "<input type='tablet' bus='usb'><alias name='ua-pen'/></input>");
    host.virsh("attach-device", "plugs", device.toString(), "--live");
    host.virsh("detach-device", "plugs", device.toString(), "--live");
    observed.awaitLife("plugs", "device-removed");
    host.virsh("desc", "plugs", "--title", "secret=S3CRET", "--live");
    observed.awaitLife("plugs", "metadata-changed");
    host.virsh("destroy", "plugs");
    assertThat(observed.life("plugs"))
        .containsSubsequence("started booted", "device-added", "device-removed");
    assertThat(observed.of("domain.device-added").get(0).json().at("/event/device").asText())
        .isEqualTo("ua-pen");
  }

  @Test
  void aWatchdogThatFires() throws Exception {
    guests.defineWatched("dog");
    host.virsh("start", "dog");
    observed.awaitLife("dog", "suspended watchdog");
    host.virsh("destroy", "dog");
    observed.awaitLife("dog", "stopped destroyed");
    assertThat(observed.life("dog"))
        .containsSubsequence("started booted", "watchdog", "suspended watchdog", "hook stopped");
    assertThat(observed.of("domain.watchdog").get(0).json().at("/event/action").asText())
        .isEqualTo("pause");
  }

  @Test
  void aDiskThatIsFull() throws Exception {
    guests.defineOnFullDisk("full");
    host.virsh("start", "full");
    observed.awaitLife("full", "suspended io-error");
    host.virsh("destroy", "full");
    observed.awaitLife("full", "stopped destroyed");
    assertThat(observed.life("full"))
        .containsSubsequence("started booted", "io-error enospc", "suspended io-error");
  }

  @Test
  void aGuestThatIsRenamed() throws Exception {
    guests.define("old", "");
    host.virsh("domrename", "old", "new");
    host.virsh("undefine", "new");
    observed.lived("new", "defined renamed", "undefined removed");
    observed.lived("old", "defined added", "undefined renamed");
  }

  @Test
  void aNetwork() throws Exception {
    guests.defineNetwork("lan", 215);
    host.virsh("net-start", "lan");
    host.virsh("net-destroy", "lan");
    host.virsh("net-undefine", "lan");
    observed.lived(
        "lan",
        "defined",
        "hook start",
        "hook started",
        "started",
        "hook stopped",
        "stopped",
        "undefined");
  }

  @Test
  void aContainer() throws Exception {
    guests.defineContainer("box");
    host.virsh("--connect", "lxc:///system", "start", "box");
    host.virsh("--connect", "lxc:///system", "destroy", "box");
    observed.awaitLife("box", "stopped destroyed");
    assertThat(observed.life("box"))
        .containsSubsequence(
            "defined added", "hook started", "started booted", "hook stopped", "stopped destroyed");
  }

  private double metric(String name, String label) throws Exception {
    for (String line : host.agent.metrics().split("\n")) {
      if (line.startsWith(name + "{") && line.contains(label)) {
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return 0;
  }
}
