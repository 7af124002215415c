package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.Envelope;
import dev.hookbridge.Reason;
import dev.hookbridge.Settings;
import dev.hookbridge.SinkContext;
import dev.hookbridge.SinkContract;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Limits;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.SpoolException;
import dev.hookbridge.spool.WhenFull;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Seen;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The second part of the exam: the same broker behind a real spool and a real courier. Whatever
 * happens, every event taken in becomes visible, and the first occurrences of each key in order.
 */
public abstract class DeliveryContract extends SinkContract {
  private static final String SINK = "exam";
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<Courier> couriers = new ArrayList<>();
  private final List<Reason> refusals = new CopyOnWriteArrayList<>();
  private Spool spool;

  @BeforeEach
  void openSpool(@TempDir Path folder) throws SpoolException {
    Limits limits = new Limits(1L << 30, WhenFull.DROP_NEWEST);
    spool = Spool.open(folder.resolve("spool"), "kvm-07.example.org", limits, meters);
    spool.sinks(Set.of(SINK));
    refusals.clear();
  }

  @AfterEach
  void closeSpool() throws SpoolException {
    couriers.forEach(Courier::close);
    couriers.clear();
    spool.close();
  }

  private Courier courier(Settings settings) {
    Plan plan =
        new Plan(
            SINK,
            transport(),
            settings,
            new Include(List.of("*.*.*")),
            Plan.Xml.REDACTED,
            Long.MAX_VALUE,
            4 << 20,
            Plan.Retry.DEFAULT);
    Reports reports =
        (sink, event, reason, detail) -> {
          refusals.add(reason);
          return List.of();
        };
    Courier courier =
        new Courier(plan, spool, new SinkContext(SINK, "kvm-07.example.org", meters), reports);
    couriers.add(courier);
    courier.start();
    return courier;
  }

  /** Takes them in by small batches, as the mailbox does. */
  private List<Envelope> append(List<Envelope> events) throws SpoolException {
    for (int from = 0; from < events.size(); from += 50) {
      spool.append(Batch.of(events.subList(from, Math.min(from + 50, events.size()))));
    }
    return events;
  }

  private void awaitDelivered() {
    Awaitility.await("everything confirmed")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> spool.unconfirmed(SINK) == 0);
  }

  private void awaitLag(long atMost) {
    Awaitility.await("a lag of at most " + atMost)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> spool.unconfirmed(SINK) <= atMost);
  }

  private void assertAllInOrder(Settings destination, List<Envelope> taken) {
    assertThat(Seen.firstOccurrences(consume(destination, taken.size())))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
    assertThat(refusals).isEmpty();
  }

  @Test
  void whatIsTakenInArrivesInOrder() throws SpoolException {
    Settings destination = destination();
    courier(destination);
    List<Envelope> taken = append(events.mixed(1_000 * SCALE, 20, 1_000));
    awaitDelivered();
    assertAllInOrder(destination, taken);
  }

  @Test
  void aBacklogArrivesInOrder() throws SpoolException {
    Settings destination = destination();
    List<Envelope> taken = append(events.mixed(3_000 * SCALE, 20, 4_000));
    courier(destination);
    awaitDelivered();
    assertAllInOrder(destination, taken);
  }

  @Test
  void brokersThatAreKilledLoseNothing() throws SpoolException {
    Broker broker = mortal();
    Settings destination = destination();
    courier(destination);
    List<Envelope> taken = new ArrayList<>();
    for (int round = 0; round < 2 * SCALE; round++) {
      taken.addAll(append(events.mixed(2_000, 10, 1_000)));
      awaitLag(1_500);
      broker.kill();
      taken.addAll(append(events.mixed(200, 10, 1_000)));
      broker.start();
    }
    awaitDelivered();
    assertAllInOrder(destination, taken);
  }

  @Test
  void aBrokerThatStandsStillLosesNothing() throws SpoolException {
    Broker broker = mortal();
    Settings destination = destination();
    Courier courier = courier(destination);
    List<Envelope> taken = new ArrayList<>(append(events.mixed(500, 10, 1_000)));
    awaitDelivered();
    broker.pause();
    try {
      taken.addAll(append(events.mixed(500, 10, 1_000)));
      long start = System.nanoTime();
      courier.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
      courier(destination);
    } finally {
      broker.resume();
    }
    broker.awaitReady();
    awaitDelivered();
    assertAllInOrder(destination, taken);
  }

  @Test
  void anotherCourierGoesOnWhereOneWasStopped() throws SpoolException {
    Settings destination = destination();
    List<Envelope> taken = append(events.mixed(3_000 * SCALE, 20, 1_000));
    for (int left = 2_500; left > 0; left -= 500) {
      Courier courier = courier(destination);
      awaitLag((long) left * SCALE);
      courier.close();
      assertThat(courier.problem()).isEmpty();
    }
    courier(destination);
    awaitDelivered();
    assertAllInOrder(destination, taken);
  }

  @Test
  void aMissingDestinationIsWaitedFor() throws SpoolException {
    Settings missing = missing();
    if (missing == null) {
      return;
    }
    Courier courier = courier(missing);
    List<Envelope> taken = append(events.mixed(50, 5, 200));
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() -> courier.problem().startsWith(Reason.MISSING.word()));
    transport().check(missing, true);
    awaitDelivered();
    assertThat(refusals).isEmpty();
    assertThat(courier.problem()).isEmpty();
    assertThat(taken).hasSize(50);
  }

  @Test
  void whatIsTooLargeArrivesReducedAndInItsPlace() throws SpoolException {
    Settings destination = destination(64 * 1024);
    if (destination == null) {
      return;
    }
    List<Envelope> taken = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      taken.add(events.next("guest-" + i % 3, 300));
      taken.add(events.withXml("guest-" + i % 3, 100 * 1024));
    }
    append(taken);
    courier(destination);
    awaitDelivered();
    assertAllInOrder(destination, taken);
    assertThat(consume(destination, taken.size()))
        .extracting(Seen::attributes)
        .filteredOn(attributes -> attributes.containsKey("reduced"))
        .hasSizeGreaterThanOrEqualTo(30)
        .allSatisfy(attributes -> assertThat(attributes).contains(Map.entry("reduced", "true")));
  }
}
