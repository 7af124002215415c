package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import dev.hookbridge.harness.libvirt.Guests;
import dev.hookbridge.harness.libvirt.Hypervisor;
import dev.hookbridge.testing.Needs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What no hook tells, from a real libvirtd to both brokers: each life of a guest gives the events
 * that libvirt reports, in the guest's order with its hook calls, and inventories say what is.
 */
@Tag("libvirt")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LibvirtEventsIT {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final boolean FULL = Boolean.getBoolean("hookbridge.full");

  private Site kafka;
  private Site rabbitmq;
  private Hypervisor host;
  private Guests guests;
  private List<Feed> feeds;

  @BeforeAll
  void install(@TempDir Path folder) throws Exception {
    Needs.root();
    kafka = Site.kafka();
    rabbitmq = Site.rabbitmq();
    feeds = List.of(new Feed("Kafka", kafka.consumer()), new Feed("RabbitMQ", rabbitmq.consumer()));
    host = new Hypervisor(folder.resolve("kvm-15"), "kvm-15");
    host.configure(kafka.sink() + rabbitmq.sink().replaceFirst("feed:", "audit:"));
    Host.Ran checked = host.hookbridge("check", "--create");
    assertThat(checked.exit()).as(checked.output()).isZero();
    Host.Ran installed = host.hookbridge("hooks", "install");
    assertThat(installed.exit()).as(installed.output()).isZero();
    host.agent.start();
    host.agent.awaitReady();
    host.startLibvirt();
    guests = new Guests(host, folder);
    awaitListening();
  }

  @AfterAll
  void end() {
    for (AutoCloseable each : new AutoCloseable[] {host, kafka, rabbitmq}) {
      try {
        if (each != null) {
          each.close();
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  private void awaitListening() {
    Awaitility.await("the agent listens")
        .atMost(PATIENCE)
        .until(() -> inventories("qemu").size() > 0 && inventories("lxc").size() > 0);
  }

  private List<Consumer.Message> inventories(String driver) throws Exception {
    List<Consumer.Message> found = new ArrayList<>();
    for (Consumer.Message message : feeds.get(0).of("inventory")) {
      if (message.json().at("/drivers/0").asText().equals(driver)) {
        found.add(message);
      }
    }
    return found;
  }

  /**
   * Both brokers have these calls and these events of the guest, and nothing else, each in order.
   * An event comes after the calls before it here. A call that libvirt makes milliseconds after an
   * event may come before it.
   */
  private void lived(String name, String... life) {
    for (Feed feed : feeds) {
      Awaitility.await(name)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(() -> assertLife(feed.life(host.name, name), List.of(life)));
    }
  }

  private void assertLife(List<String> life, List<String> expected) {
    assertThat(calls(life)).as("%s %s", life, host.log()).isEqualTo(calls(expected));
    assertThat(events(life)).as("%s", life).isEqualTo(events(expected));
    for (int i = 1; i < expected.size(); i++) {
      if (isCall(expected.get(i - 1)) && !isCall(expected.get(i))) {
        assertThat(life).containsSubsequence(expected.get(i - 1), expected.get(i));
      }
    }
  }

  private static boolean isCall(String event) {
    return event.startsWith("hook ");
  }

  private static List<String> calls(List<String> life) {
    return life.stream().filter(LibvirtEventsIT::isCall).toList();
  }

  private static List<String> events(List<String> life) {
    return life.stream().filter(event -> !isCall(event)).toList();
  }

  private void awaitLife(String name, String event) {
    Awaitility.await(name + " " + event)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(500))
        .until(() -> feeds.get(0).life(host.name, name).contains(event));
  }

  @Test
  void aLife() throws Exception {
    guests.define("life", "");
    host.virsh("start", "life");
    host.virsh("suspend", "life");
    host.virsh("resume", "life");
    host.virsh("destroy", "life");
    host.virsh("undefine", "life");
    lived(
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
    awaitLife("again", "rebooted");
    host.virsh("destroy", "again");
    awaitLife("again", "stopped destroyed");
    assertThat(feeds.get(0).life(host.name, "again").stream().distinct())
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
    for (Feed feed : feeds) {
      Awaitility.await("ends")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () -> {
                List<String> life = new ArrayList<>(feed.life(host.name, "ends"));
                life.remove("suspended paused");
                assertLife(life, expected);
              });
    }
  }

  /** With restart no hook is called, and the guest continues. */
  @Test
  void aPanicThatRestartsTheGuest() throws Exception {
    double before = metric("hookbridge_domain_events_total", "event=\"crashed\"");
    guests.definePanicking("restarts", "restart");
    host.virsh("start", "restarts");
    awaitLife("restarts", "crashed panicked");
    assertThat(metric("hookbridge_domain_events_total", "event=\"crashed\"")).isGreaterThan(before);
    host.virsh("destroy", "restarts");
    awaitLife("restarts", "stopped destroyed");
    List<String> life = feeds.get(0).life(host.name, "restarts");
    // Nothing but the panic between the start and the end: no hook knows of it.
    assertThat(life.subList(life.indexOf("started booted"), life.indexOf("hook stopped")))
        .contains("crashed panicked")
        .noneMatch(event -> event.startsWith("hook"));
  }

  @Test
  void aPanicThatKeepsTheGuest() throws Exception {
    guests.definePanicking("stays", "preserve");
    host.virsh("start", "stays");
    awaitLife("stays", "crashed panicked");
    Awaitility.await("the list after the panic")
        .atMost(PATIENCE)
        .until(() -> "crashed".equals(state("stays")));
    host.virsh("destroy", "stays");
    awaitLife("stays", "stopped destroyed");
    assertThat(feeds.get(0).life(host.name, "stays"))
        .containsSubsequence("started booted", "crashed panicked", "hook stopped");
  }

  /** The state in the latest inventory that has the guest. */
  private String state(String guest) throws Exception {
    String state = null;
    for (Consumer.Message inventory : inventories("qemu")) {
      for (JsonNode listed : inventory.json().path("guests")) {
        state = listed.path("name").asText().equals(guest) ? listed.path("state").asText() : state;
      }
    }
    return state;
  }

  @Test
  void aQemuThatIsKilled() throws Exception {
    guests.define("killed", "");
    host.virsh("start", "killed");
    assertThat(host.inside("kill", "-9", host.qemu("killed")).exit()).isZero();
    lived(
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
    awaitLife("saved", "stopped destroyed");
    assertThat(feeds.get(0).life(host.name, "saved"))
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
    awaitLife("plugs", "device-removed");
    host.virsh("desc", "plugs", "--title", "secret=S3CRET", "--live");
    awaitLife("plugs", "metadata-changed");
    host.virsh("destroy", "plugs");
    assertThat(feeds.get(0).life(host.name, "plugs"))
        .containsSubsequence("started booted", "device-added", "device-removed");
    assertThat(feeds.get(0).of("domain.device-added").get(0).json().at("/event/device").asText())
        .isEqualTo("ua-pen");
  }

  @Test
  void aWatchdogThatFires() throws Exception {
    guests.defineWatched("dog");
    host.virsh("start", "dog");
    awaitLife("dog", "suspended watchdog");
    host.virsh("destroy", "dog");
    awaitLife("dog", "stopped destroyed");
    assertThat(feeds.get(0).life(host.name, "dog"))
        .containsSubsequence("started booted", "watchdog", "suspended watchdog", "hook stopped");
    assertThat(feeds.get(0).of("domain.watchdog").get(0).json().at("/event/action").asText())
        .isEqualTo("pause");
  }

  @Test
  void aDiskThatIsFull() throws Exception {
    guests.defineOnFullDisk("full");
    host.virsh("start", "full");
    awaitLife("full", "suspended io-error");
    host.virsh("destroy", "full");
    awaitLife("full", "stopped destroyed");
    assertThat(feeds.get(0).life(host.name, "full"))
        .containsSubsequence("started booted", "io-error enospc", "suspended io-error");
  }

  @Test
  void aGuestThatIsRenamed() throws Exception {
    guests.define("old", "");
    host.virsh("domrename", "old", "new");
    host.virsh("undefine", "new");
    lived("new", "defined renamed", "undefined removed");
    lived("old", "defined added", "undefined renamed");
  }

  @Test
  void aNetwork() throws Exception {
    guests.defineNetwork("lan", 215);
    host.virsh("net-start", "lan");
    host.virsh("net-destroy", "lan");
    host.virsh("net-undefine", "lan");
    lived(
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
    awaitLife("box", "stopped destroyed");
    assertThat(feeds.get(0).life(host.name, "box"))
        .containsSubsequence(
            "defined added", "hook started", "started booted", "hook stopped", "stopped destroyed");
  }

  /** Each death is a gap with both ends and a list that is right; no event has two ids. */
  @Test
  void aDaemonThatIsKilledAgainAndAgain() throws Exception {
    guests.define("kept", "");
    host.virsh("start", "kept");
    int times = FULL ? 100 : 5;
    for (int i = 0; i < times; i++) {
      int gaps = gaps("qemu").size();
      int lists = inventories("qemu").size();
      host.signalLibvirt("KILL");
      String name = "came" + i;
      host.startLibvirt();
      guests.define(name, "");
      Awaitility.await("the gap and the list")
          .atMost(PATIENCE)
          .until(() -> gaps("qemu").size() > gaps && inventories("qemu").size() > lists);
      JsonNode gap = gaps("qemu").get(gaps);
      assertThat(gap.path("reason").asText()).isEqualTo("closed");
      assertThat(gap.path("from").asText()).isLessThan(gap.path("to").asText());
      assertThat(state("kept")).isEqualTo("running");
      // Defined before the agent listened again, or after: the list has it, or the event.
      Awaitility.await(name)
          .atMost(PATIENCE)
          .until(() -> state(name) != null || !feeds.get(0).life(host.name, name).isEmpty());
    }
    assertThat(listed()).isEqualTo(actual());
  }

  private List<JsonNode> gaps(String driver) throws Exception {
    List<JsonNode> gaps = new ArrayList<>();
    for (Consumer.Message message : feeds.get(0).of("observer.gap")) {
      if (message.json().path("driver").asText().equals(driver)) {
        gaps.add(message.json());
      }
    }
    return gaps;
  }

  /** By name the states of a new inventory. */
  private Map<String, String> listed() throws Exception {
    int lists = inventories("qemu").size();
    host.agent.signal("TERM");
    host.agent.start();
    Awaitility.await("a list").atMost(PATIENCE).until(() -> inventories("qemu").size() > lists);
    Map<String, String> states = new TreeMap<>();
    for (JsonNode guest : inventories("qemu").get(lists).json().path("guests")) {
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
      awaitLife("fired", "hook started");
    } finally {
      host.signalLibvirt("CONT");
    }
    guests.define("after", "");
    awaitLife("after", "defined added");
  }

  private double metric(String name, String label) throws Exception {
    for (String line : host.agent.metrics().split("\n")) {
      if (line.startsWith(name + "{") && line.contains(label)) {
        return Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
      }
    }
    return 0;
  }

  @Test
  void allThatIsToldIsValid() throws Exception {
    for (Feed feed : feeds) {
      feed.assertValid();
    }
  }
}
