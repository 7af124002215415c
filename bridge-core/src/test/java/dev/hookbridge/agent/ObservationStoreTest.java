package dev.hookbridge.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.GuestList;
import dev.hookbridge.envelope.HostFacts;
import dev.hookbridge.envelope.LibvirtEvents;
import dev.hookbridge.envelope.ObservedEvent;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.mailbox.JavaShim;
import dev.hookbridge.mailbox.MailboxBarrier;
import dev.hookbridge.spool.Limits;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.WhenFull;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of libvirt's events while the calls before them are not stored. */
class ObservationStoreTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String UUID = "e5e66c42-ddd4-403b-bb0d-fd4a84433be8";
  private static final int MANY = 10_000;

  @TempDir Path folder;
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicBoolean failing = new AtomicBoolean();
  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          if (Thread.currentThread() == thread && failing.getAndSet(false)) {
            throw new OutOfMemoryError("on purpose");
          }
          return Instant.now();
        }

        @Override
        public ZoneId getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
          return this;
        }
      };
  private Path mail;
  private Spool spool;
  private ObservationStore store;
  private Thread thread;

  @BeforeEach
  void start() throws Exception {
    mail = folder.resolve("mail");
    Files.createDirectories(mail.resolve("new"));
    Limits limits = new Limits(1L << 30, WhenFull.DROP_OLDEST);
    spool = Spool.open(folder.resolve("spool"), "kvm-07.example.org", limits, meters);
    spool.sinks(Set.of("feed"));
    HostFacts host = new HostFacts("kvm-07.example.org", "m", "boot", "test");
    store =
        new ObservationStore(
            spool,
            new LibvirtEvents(host, Redaction.standard(), clock),
            new MailboxBarrier(mail),
            meters,
            e -> {});
    store.listWith(asked::add);
    thread = new Thread(store, "observations");
    thread.start();
  }

  @AfterEach
  void stop() throws Exception {
    store.stop();
    thread.join();
    spool.close();
  }

  private static ObservedEvent event(int number) {
    ObservedEvent.Subject guest =
        new ObservedEvent.Subject("qemu", UUID, ("g" + number).getBytes(), number);
    return new ObservedEvent(guest, "started", Instant.now(), Map.of("reason", "booted"));
  }

  /** A call that nobody takes out of the mailbox. */
  private void call() throws Exception {
    new JavaShim(mail).call("qemu", List.of("a", "started", "begin", "-"), new byte[0]);
  }

  private void takeCalls() throws Exception {
    try (Stream<Path> files = Files.list(mail.resolve("new"))) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
  }

  private List<Envelope> stored() throws Exception {
    List<Envelope> events = new ArrayList<>();
    for (SpooledEvent one : spool.read("feed", 0, 2 * MANY, 1L << 30)) {
      events.add(one.envelope());
    }
    return events;
  }

  @Test
  void anEventWaitsForTheCallsBefore() throws Exception {
    call();
    store.event(event(1));
    store.event(event(2));
    assertThat(spool.last()).isZero();
    takeCalls();
    Awaitility.await().atMost(PATIENCE).until(() -> spool.last() == 2);
    assertThat(stored()).extracting(e -> e.attributes().get("subject")).containsExactly("g1", "g2");
  }

  @Test
  void unexpectedFailureDelaysAnInventoryAndEndsNothing() throws Exception {
    failing.set(true);
    store.inventory(new GuestList("qemu", true, List.of()));
    store.event(event(1));
    Awaitility.await().atMost(PATIENCE).until(() -> spool.last() == 2);
    assertThat(failing).isFalse();
    assertThat(stored())
        .extracting(Envelope::type)
        .containsExactly("dev.hookbridge.inventory.v1", "dev.hookbridge.domain.started.v1");
  }

  @Test
  void whatDoesNotFitIsAGapAndAListIsAskedFor() throws Exception {
    call();
    for (int i = 0; i < MANY; i++) {
      store.event(event(i));
    }
    store.inventory(new GuestList("qemu", true, List.of())); // would claim what was not told
    takeCalls();
    Awaitility.await().atMost(PATIENCE).until(() -> asked.contains("qemu"));
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> stored().get(stored().size() - 1).type().contains("gap"));
    List<Envelope> events = stored();
    double dropped = meters.get("hookbridge.observer.dropped").counter().count();
    assertThat(events.size() - 1 + dropped).isEqualTo(MANY + 1);
    assertThat(events).extracting(Envelope::type).doesNotContain("dev.hookbridge.inventory.v1");
    for (int i = 0; i < events.size() - 1; i++) {
      assertThat(events.get(i).attributes()).containsEntry("subject", "g" + i);
    }
    String gap = new String(events.get(events.size() - 1).data());
    assertThat(gap).contains("\"reason\":\"overflow\"", "\"driver\":\"qemu\"");
    // From then on all is heard again.
    store.event(event(MANY));
    Awaitility.await().atMost(PATIENCE).until(() -> spool.last() == events.size() + 1);
  }

  @Test
  void anAgentThatStopsDoesNotWaitForCallsThatNobodyTakes() throws Exception {
    call();
    store.event(event(1));
    store.stop();
    thread.join(PATIENCE.toMillis());
    assertThat(thread.isAlive()).isFalse();
    assertThat(spool.last()).isZero();
  }
}
