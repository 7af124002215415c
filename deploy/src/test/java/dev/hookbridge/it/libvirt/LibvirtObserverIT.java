package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.libvirt.Guests;
import dev.hookbridge.harness.libvirt.Hypervisor;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real libvirtd that dies or hangs: gaps and inventories say what was missed and what is. */
@Tag("libvirt")
class LibvirtObserverIT {
  private static final boolean FULL = Boolean.getBoolean("hookbridge.full");

  private ObservedHost observed;
  private Hypervisor host;
  private Guests guests;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    observed = new ObservedHost(folder, "kvm-16");
    host = observed.host;
    guests = new Guests(host, folder);
  }

  @AfterEach
  void end() {
    if (observed != null) {
      observed.close();
    }
  }

  /** Each death is a gap with both ends and a list that is right; no event has two ids. */
  @Test
  void aDaemonThatIsKilledAgainAndAgain() throws Exception {
    guests.define("kept", "");
    host.virsh("start", "kept");
    int times = FULL ? 100 : 5;
    for (int i = 0; i < times; i++) {
      int gaps = observed.gaps("qemu").size();
      int lists = observed.inventories("qemu").size();
      host.signalLibvirt("KILL");
      String name = "came" + i;
      host.startLibvirt();
      guests.define(name, "");
      Awaitility.await("the gap and the list")
          .atMost(ObservedHost.PATIENCE)
          .until(
              () ->
                  observed.gaps("qemu").size() > gaps
                      && observed.inventories("qemu").size() > lists);
      JsonNode gap = observed.gaps("qemu").get(gaps);
      assertThat(gap.path("reason").asText()).isEqualTo("closed");
      assertThat(gap.path("from").asText()).isLessThan(gap.path("to").asText());
      assertThat(observed.state("kept")).isEqualTo("running");
      // Defined before the agent listened again, or after: the list has it, or the event.
      Awaitility.await(name)
          .atMost(ObservedHost.PATIENCE)
          .until(() -> observed.state(name) != null || !observed.life(name).isEmpty());
    }
    assertThat(listed()).isEqualTo(actual());
  }

  /** By name the states of a new inventory. */
  private Map<String, String> listed() throws Exception {
    int lists = observed.inventories("qemu").size();
    host.agent.signal("TERM");
    host.agent.start();
    Awaitility.await("a list")
        .atMost(ObservedHost.PATIENCE)
        .until(() -> observed.inventories("qemu").size() > lists);
    Map<String, String> states = new TreeMap<>();
    for (JsonNode guest : observed.inventories("qemu").get(lists).json().path("guests")) {
      states.put(guest.path("name").asText(), guest.path("state").asText());
    }
    return states;
  }

  /** By name the states as virsh shows them. */
  private Map<String, String> actual() throws Exception {
    Map<String, String> states = new TreeMap<>();
    for (String line : host.virsh("list", "--all").strip().split("\n")) {
      String[] words = line.strip().split("\\s+", 3);
      states.put(words[1], words[2].replace("shut off", "shutoff"));
    }
    return states;
  }

  /** What the agent does otherwise does not depend on a daemon that hangs. */
  @Test
  void aDaemonThatIsStopped() throws Exception {
    host.signalLibvirt("STOP");
    try {
      String hook = "/etc/libvirt/hooks/qemu.d/50-hookbridge fired started begin - </dev/null";
      Host.Ran fired = host.inside("sh", "-c", hook);
      assertThat(fired.exit()).as(fired.output()).isZero();
      observed.awaitLife("fired", "hook started");
    } finally {
      host.signalLibvirt("CONT");
    }
    guests.define("after", "");
    observed.awaitLife("after", "defined added");
  }
}
