package dev.hookbridge.observer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.envelope.GuestList;
import dev.hookbridge.envelope.ObservedEvent;
import dev.hookbridge.observer.FakeLibvirt.Domain;
import dev.hookbridge.observer.FakeLibvirt.Xdr;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is heard of a daemon that comes, goes, hangs and lies. */
class ObserverTest implements ObserverListener {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private volatile boolean outOfMemory;
  private Path socket;
  private FakeLibvirt daemon;
  private Observer observer;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    socket = folder.resolve("s");
    daemon = new FakeLibvirt(socket);
  }

  @AfterEach
  void close() throws Exception {
    if (observer != null) {
      observer.close();
    }
    daemon.close();
  }

  private void observe() {
    DriverUri uri = DriverUri.parse("qemu+unix:///system?socket=" + socket).orElseThrow();
    ObserverSettings settings =
        new ObserverSettings(true, List.of(uri), Set.of(), Duration.ofHours(1));
    observer = Observer.start(settings, this, meters);
  }

  @Override
  public void event(ObservedEvent event) {
    String id = event.of().id() < 0 ? "" : " " + event.of().id();
    heard.add(name(event.of()) + id + " " + event.name() + " " + event.details().get("reason"));
  }

  @Override
  public void inventory(GuestList list) {
    if (outOfMemory) {
      outOfMemory = false;
      throw new OutOfMemoryError("on purpose");
    }
    StringBuilder text = new StringBuilder("list " + (list.complete() ? "" : "incomplete "));
    list.guests()
        .forEach(g -> text.append(name(g.subject())).append(' ').append(g.state()).append(' '));
    heard.add(text.toString().strip());
  }

  @Override
  public void gap(String driver, Instant from, Instant to, String reason) {
    assertThat(from).isBeforeOrEqualTo(to);
    heard.add("gap " + driver + " " + reason);
  }

  private static String name(ObservedEvent.Subject subject) {
    return new String(subject.name(), StandardCharsets.UTF_8);
  }

  private void awaitHeard(String... all) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(heard).containsExactly(all));
  }

  private double gauge(String name) {
    return meters.get(name).tag("driver", "qemu").gauge().value();
  }

  private double guests(String state) {
    return meters.get("hookbridge.guests").tag("state", state).gauge().value();
  }

  @Test
  void anErrorEndsTheConnectionAndNotTheObservation() throws Exception {
    daemon.running("a", 1);
    outOfMemory = true;
    observe();
    awaitHeard("gap qemu malformed", "list a running");
  }

  @Test
  void theListComesFirstAndThenEachEvent() throws Exception {
    daemon.running("a", 1);
    daemon.put(new Domain("b", -1, 5, 2, true));
    observe();
    awaitHeard("list a running b shutoff");
    daemon.lifecycle("a", 1, 8, 0);
    daemon.lifecycle("a", -1, 5, 2); // libvirt has forgotten the number of the run by then
    daemon.put(new Domain("a", -1, 5, 3, true));
    // A crash is followed by a list: only that tells what became of the guest.
    awaitHeard(
        "list a running b shutoff",
        "a 1 crashed panicked",
        "a 1 stopped crashed",
        "list a shutoff b shutoff");
    assertThat(gauge("hookbridge.observer.connected")).isEqualTo(1);
    assertThat(guests("shutoff")).isEqualTo(2);
    assertThat(meters.get("hookbridge.domain.events").tag("event", "crashed").counter().count())
        .isEqualTo(1);
    // Registered before the first list was taken.
    assertThat(daemon.called.indexOf(316)).isLessThan(daemon.called.indexOf(273));
  }

  @Test
  void aDaemonThatDiesIsAGapWhichAListCloses() throws Exception {
    daemon.running("a", 1);
    observe();
    awaitHeard("list a running");
    daemon.close();
    Awaitility.await().atMost(PATIENCE).until(() -> gauge("hookbridge.observer.connected") == 0);
    assertThat(observer.states().get(0).problem()).startsWith("libvirt cannot be reached");
    daemon = new FakeLibvirt(socket);
    awaitHeard("list a running", "gap qemu closed", "list");
    assertThat(meters.get("hookbridge.observer.gap.seconds").functionCounter().count())
        .isGreaterThan(0);
    assertThat(observer.states().get(0).problem()).isEmpty();
  }

  @Test
  void nonsenseIsAGapAndTheObserverBeginsAgain() throws Exception {
    observe();
    awaitHeard("list");
    daemon.event(FakeLibvirt.LIFECYCLE, new Xdr().number(1).number(Integer.MAX_VALUE));
    awaitHeard("list", "gap qemu malformed", "list");
  }

  @Test
  void anEventThatIsTooLargeIsAGap() throws Exception {
    observe();
    awaitHeard("list");
    daemon.send(FakeLibvirt.message(FakeLibvirt.REMOTE, 379, 2, 0, 0, new byte[5 << 20]));
    awaitHeard("list", "gap qemu too-large", "list");
  }

  @Test
  void aGuestThatChangesWhileTheListIsTakenIsAskedAboutAgain() throws Exception {
    daemon.running("a", 1);
    daemon.running("b", 2);
    boolean[] changed = new boolean[1];
    daemon.answers.put(
        212,
        (fake, serial) -> {
          if (!changed[0]) { // of a: by the time b was asked about, a has ended and b has gone
            changed[0] = true;
            fake.answers.remove(212);
            fake.put(new Domain("a", -1, 5, 1, true));
            fake.domains.remove("b");
            fake.lifecycle("a", -1, 5, 0);
            fake.lifecycle("b", -1, 1, 0);
            fake.reply(212, serial, new Xdr().number(1).number(1));
          }
        });
    observe();
    awaitHeard("a stopped shutdown", "b undefined removed", "list a shutoff");
  }

  @Test
  void aListThatDoesNotComeHoldsNoEvent() throws Exception {
    daemon.answers.put(273, (fake, serial) -> {}); // as while a hook of a guest runs
    observe();
    Awaitility.await().atMost(PATIENCE).until(() -> daemon.called.contains(273));
    daemon.lifecycle("a", 1, 2, 0);
    awaitHeard("a 1 started booted");
  }

  @Test
  void aDaemonThatRefusesAnEventOfANewerReleaseIsObserved() throws Exception {
    int[] calls = new int[1];
    daemon.answers.put(
        316,
        (fake, serial) -> {
          if (++calls[0] > 1) { // all but lifecycle events
            fake.error(316, serial, 8, "invalid argument");
          } else {
            fake.reply(316, serial, new Xdr().number(1));
          }
        });
    observe();
    awaitHeard("list");
  }

  @Test
  void aMissingDaemonIsNamedWhereItMustBe() throws Exception {
    daemon.close();
    observe();
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> observer.states().get(0).problem().startsWith("libvirt cannot be reached"));
    assertThat(gauge("hookbridge.observer.connected")).isEqualTo(0);
    assertThat(Files.exists(socket)).isFalse();
  }

  @Test
  void closingDoesNotWaitForADaemonThatIsSilent() throws Exception {
    daemon.answers.put(66, (fake, serial) -> {});
    observe();
    Awaitility.await().atMost(PATIENCE).until(() -> daemon.called.contains(66));
    observer.close(); // would last the test's deadline
    assertThat(heard).isEmpty();
  }
}
