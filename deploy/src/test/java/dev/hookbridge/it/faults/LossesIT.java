package dev.hookbridge.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.EventFile;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Deadline;
import dev.hookbridge.testing.LoopMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What could not be written is told once, whatever happens to the agent; what was late is not. */
class LossesIT {
  private static final int CALLS = Boolean.getBoolean("hookbridge.full") ? 150 : 15;
  private static final int RESTARTS = Boolean.getBoolean("hookbridge.full") ? 20 : 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String XML = "<domain type='kvm'/>" + " ".repeat(300_000);

  @TempDir Path folder;
  private EventFile events;

  @BeforeEach
  void sink() {
    events = new EventFile(folder.resolve("events.jsonl"));
  }

  @Test
  void aFullMailboxIsToldOnceAcrossRestarts() throws Exception {
    try (Host host = new Host(folder, "kvm-07", events.sink());
        LoopMount disk = mailbox(host)) {
      conf(host, "reserve: 2MiB\n");
      Hooks hooks = new Hooks(host);
      while (lost(host).size() < CALLS) {
        hooks.fire("qemu", List.of("web1", "start", "begin", "-"), XML);
      }
      int written = hooks.fired() - CALLS;
      host.startAgent();
      awaitLost(host, CALLS);
      assertThat(host.metric("hookbridge_lost_total")).isEqualTo(CALLS);
      awaitHooks(host, written);
      for (int i = 0; i < RESTARTS; i++) {
        restart(host, i % 2 == 0);
      }
      // There is room again, and while the agent is back one further call is lost.
      conf(host, "reserve: 100%\n");
      hooks.fire("qemu", List.of("web1", "started", "begin", "-"), XML);
      conf(host, "reserve: 0\n");
      hooks.fire("qemu", List.of("web1", "stopped", "end", "-"), XML);
      awaitHooks(host, written + 1);
      awaitLost(host, CALLS + 1);
      assertThat(host.metric("hookbridge_lost_total")).isEqualTo(1); // of this process
      assertThat(host.stopAgent()).isZero();
      assertToldOnce(host);
      assertThat(disk.folder()).exists();
    }
  }

  /** Each line of {@code lost} is one event that names the call's id and the system's error. */
  private void assertToldOnce(Host host) throws IOException {
    List<Consumer.Message> told = distinct(events.lost());
    assertThat(told)
        .extracting(event -> event.attributes().get("causationid"))
        .containsExactlyElementsOf(
            lost(host).stream().map(line -> line.split(" ", -1)[1]).toList());
    for (Consumer.Message event : told) {
      assertThat(event.json().path("reason").asText()).isEqualTo("errno-28");
      assertThat(event.json().path("where").asText()).isEqualTo("mailbox");
      assertThat(event.json().path("count").asInt()).isEqualTo(1);
    }
  }

  /** A kill may repeat an event, with its id and number; two events of one loss differ in both. */
  private static List<Consumer.Message> distinct(List<Consumer.Message> messages) {
    List<String> ids = messages.stream().map(Consumer.Message::id).distinct().toList();
    return ids.stream()
        .map(id -> messages.stream().filter(m -> m.id().equals(id)).findFirst().orElseThrow())
        .toList();
  }

  @Test
  void aLateCallArrivesMarkedAndIsNoLoss() throws Exception {
    try (Host host = new Host(folder, "kvm-07", events.sink());
        LoopMount disk = mailbox(host)) {
      Hooks hooks = new Hooks(host);
      host.startAgent();
      host.awaitReady();
      hooks.fire("guest-0", 0);
      awaitHooks(host, 1);
      disk.freeze();
      Hooks.Called called = hooks.call("qemu", List.of("web1", "start", "begin", "-"), "<domain/>");
      assertThat(called.exit()).isZero();
      Deadline.waited(Duration.ofSeconds(5), Duration.ofNanos(called.nanos()));
      assertThat(lost(host)).singleElement().asString().startsWith("late ");
      restart(host, true); // the promise is open across restarts
      disk.thaw();
      awaitHooks(host, 2);
      hooks.fire("guest-0", 1);
      awaitHooks(host, 3);
      restart(host, false);
      hooks.fire("guest-0", 2);
      awaitHooks(host, 4);
      assertThat(host.metric("hookbridge_lost_total")).isZero();
      assertThat(host.stopAgent()).isZero();
      assertThat(events.lost()).isEmpty();
      List<Boolean> late = new java.util.ArrayList<>();
      for (Consumer.Message event : Consumer.hooks(events.all())) {
        late.add(event.json().path("late").asBoolean());
      }
      assertThat(late).containsExactly(false, true, false, false);
    }
  }

  private void restart(Host host, boolean kill) throws Exception {
    if (kill) {
      host.killAgent();
    } else {
      assertThat(host.stopAgent()).isZero();
    }
    long starts = starts();
    host.startAgent();
    Awaitility.await("the next agent")
        .atMost(PATIENCE)
        .failFast(() -> assertThat(host.agentLives()).as(host.log()).isTrue())
        .until(() -> starts() > starts);
    host.awaitReady();
  }

  private long starts() throws IOException {
    return events.all().stream()
        .filter(event -> event.type().equals("dev.hookbridge.agent.started.v1"))
        .count();
  }

  /** The mailbox lies on a small disk of its own. */
  private static LoopMount mailbox(Host host) throws IOException {
    LoopMount disk = LoopMount.make(host.data.resolve("mail"), "ext4", 16);
    Files.createDirectory(disk.folder().resolve("new"));
    return disk;
  }

  private static void conf(Host host, String text) throws IOException {
    Path conf = Files.writeString(host.data.resolve("etc/shim.conf"), text);
    Files.setPosixFilePermissions(conf, PosixFilePermissions.fromString("rw-r--r--"));
  }

  private static List<String> lost(Host host) throws IOException {
    Path lost = host.data.resolve("run/lost");
    return Files.exists(lost) ? Files.readAllLines(lost) : List.of();
  }

  private void awaitLost(Host host, int count) {
    Awaitility.await("lost events")
        .atMost(PATIENCE)
        .failFast(() -> assertThat(host.agentLives()).as(host.log()).isTrue())
        .until(() -> distinct(events.lost()).size() >= count);
  }

  private void awaitHooks(Host host, int count) {
    Awaitility.await("hook events")
        .atMost(PATIENCE)
        .failFast(() -> assertThat(host.agentLives()).as(host.log()).isTrue())
        .until(() -> Consumer.hooks(events.all()).size() >= count);
  }
}
