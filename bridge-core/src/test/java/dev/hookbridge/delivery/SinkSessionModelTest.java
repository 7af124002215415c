package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.api.Transport;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Limits;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.SpoolView;
import dev.hookbridge.spool.WhenFull;
import dev.hookbridge.spool.table.DeadLetter;
import dev.hookbridge.testing.SampleEvents;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sink worker against a model of a broker that confirms, confirms late, holds, refuses and breaks
 * at random, one or several events after another, within the contract of {@link Sink}. The model
 * itself checks that a sink which takes one event at a time gets one at a time.
 */
class SinkSessionModelTest {
  private static final String SINK = "model";
  private static final String HOST = "kvm-07.example.org";
  private static final int EVENTS = Boolean.getBoolean("hookbridge.full") ? 5_000 : 400;
  private static final Duration SHORT = Duration.ofMillis(20);

  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final Random random = new Random(seed);
  @TempDir Path folder;

  @RepeatedTest(6)
  void firstOccurrencesKeepTheOrderOfEachKeyAndNothingIsMissing() throws Exception {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    int guests = 1 + random.nextInt(20);
    List<Envelope> events = new SampleEvents(seed).mixed(EVENTS, guests, 100);
    Broker broker = new Broker(new Random(seed + 1));
    try (Spool spool =
        Spool.open(
            folder, HOST, new Limits(1L << 30, WhenFull.DROP_NEWEST), new SimpleMeterRegistry())) {
      spool.sinks(Set.of(SINK));
      SinkContext context = new SinkContext(SINK, HOST, new SimpleMeterRegistry());
      try (SinkWorker worker =
          new SinkWorker(
              options(broker), spool, context, (sink, event, why, detail) -> List.of())) {
        worker.start();
        for (int from = 0, to; from < EVENTS; from = to) {
          to = Math.min(EVENTS, from + 1 + random.nextInt(40));
          spool.append(Batch.of(events.subList(from, to)));
        }
        Awaitility.await().until(() -> broker.stored() > EVENTS / 2);
        broker.calm = true;
        Awaitility.await()
            .atMost(Duration.ofMinutes(2))
            .until(() -> spool.unconfirmed(SINK) == 0 || broker.error() != null);
        assertThat(broker.error()).isNull();
        assertThat(worker.alive()).isTrue();
      }
    }
    try (SpoolView view = SpoolView.open(folder)) {
      Set<String> dead =
          view.deadLetters(0, EVENTS).stream().map(DeadLetter::id).collect(Collectors.toSet());
      assertThat(dead).isSubsetOf(broker.refused);
      assertOrder(events, broker, dead);
    }
  }

  private static void assertOrder(List<Envelope> events, Broker broker, Set<String> dead) {
    Map<String, List<String>> expected = new HashMap<>();
    for (Envelope event : events) {
      if (!dead.contains(event.id())) {
        expected.computeIfAbsent(event.key(), key -> new ArrayList<>()).add(event.id());
      }
    }
    Map<String, Set<String>> got = new HashMap<>();
    for (Envelope event : broker.visible) {
      if (!dead.contains(event.id())) { // stored without a confirm, refused the next time
        got.computeIfAbsent(event.key(), key -> new LinkedHashSet<>()).add(event.id());
      }
    }
    expected.forEach((key, ids) -> assertThat(got.get(key)).as(key).containsExactlyElementsOf(ids));
  }

  private static SinkOptions options(Transport transport) {
    Duration longest = Duration.ofMinutes(10);
    return new SinkOptions(
        SINK,
        transport,
        new Settings("sinks." + SINK, Map.of()),
        new Include(List.of("*.*.*")),
        SinkOptions.Xml.REDACTED,
        Long.MAX_VALUE,
        1 << 17,
        new SinkOptions.Retry(Duration.ofMillis(1), SHORT, longest, longest, longest, longest));
  }

  /** What consumers see, and who is connected. */
  private static final class Broker implements Transport {
    final List<Envelope> visible = new ArrayList<>();
    final Set<String> refused = Collections.synchronizedSet(new LinkedHashSet<>());
    private final Random random;
    volatile boolean calm;
    private volatile String error;

    Broker(Random random) {
      this.random = random;
    }

    /** What the sink worker did against the contract. */
    String error() {
      return error;
    }

    synchronized int stored() {
      return visible.size();
    }

    synchronized int any(int bound) {
      return random.nextInt(bound);
    }

    synchronized void store(Envelope event) {
      visible.add(event);
    }

    @Override
    public String type() {
      return "model";
    }

    @Override
    public List<SettingKey<?>> keys() {
      return List.of();
    }

    @Override
    public void validate(Settings settings) {}

    @Override
    public List<Check> check(Settings settings, boolean create) {
      return List.of();
    }

    @Override
    public Sink open(Settings settings, SinkContext context) throws SinkException {
      if (!calm && any(5) == 0) {
        throw new SinkException(Reason.UNREACHABLE, "on purpose");
      }
      return new Connection(this);
    }
  }

  private record Sent(Envelope event, Consumer<Outcome> outcome) {}

  /** One connection, with a thread that answers. */
  private static final class Connection implements Sink {
    private static final Outcome.Broken BROKEN =
        new Outcome.Broken(Reason.CLOSED, "on purpose", false);

    private final Broker broker;
    private final Ordering ordering;
    private final int partitions;
    private final Map<String, ArrayDeque<Sent>> queues = new HashMap<>();
    private final List<Sent> stored = new ArrayList<>();
    private final Thread thread = new Thread(this::answer, "model-broker");
    private boolean ready;
    private boolean over;

    Connection(Broker broker) {
      this.broker = broker;
      ordering = Ordering.values()[broker.any(2)];
      partitions = broker.any(3) * 3;
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public Ordering ordering() {
      return ordering;
    }

    @Override
    public String orderingKey(Envelope envelope) {
      return partitions == 0
          ? envelope.key()
          : String.valueOf(Math.floorMod(envelope.key().hashCode(), partitions));
    }

    @Override
    public int maxEventBytes() {
      return 1 << 20;
    }

    @Override
    public synchronized void send(Envelope envelope, Consumer<Outcome> outcome) {
      if (over) {
        outcome.accept(BROKEN);
        return;
      }
      ArrayDeque<Sent> queue =
          queues.computeIfAbsent(orderingKey(envelope), name -> new ArrayDeque<>());
      boolean alone =
          queue.isEmpty()
              && stored.stream().noneMatch(s -> orderingKey(s.event).equals(orderingKey(envelope)));
      if (ordering == Ordering.ONE_BY_ONE && !alone) {
        broker.error = "two events of one queue without an outcome, sink takes one by one";
      }
      queue.add(new Sent(envelope, outcome));
      if (broker.any(4) == 0) {
        ready = true;
        notifyAll();
      }
    }

    @Override
    public synchronized void close() {
      over = true;
      notifyAll();
    }

    /** The sink worker has nothing more to send, so what was gathered is answered. */
    @Override
    public synchronized void flush() {
      ready = true;
      notifyAll();
    }

    private void answer() {
      while (goesOn()) {
        Thread.onSpinWait(); // between two answers the sink worker may send
      }
    }

    /** Answers once, or waits until it may. */
    private synchronized boolean goesOn() {
      while (!over && !(ready && step())) {
        ready = false;
        try {
          wait();
        } catch (InterruptedException e) {
          over = true;
        }
      }
      return !over;
    }

    /** Whether there was anything to answer. */
    private boolean step() {
      List<String> busy =
          queues.keySet().stream().filter(k -> !queues.get(k).isEmpty()).sorted().toList();
      if (!stored.isEmpty() && (broker.calm || busy.isEmpty() || broker.any(3) == 0)) {
        stored.remove(broker.any(stored.size())).outcome.accept(Outcome.CONFIRMED);
        return true;
      }
      if (busy.isEmpty()) {
        return false;
      }
      Sent head = queues.get(busy.get(broker.any(busy.size()))).remove();
      int what = broker.calm ? 0 : broker.any(100);
      if (what < 70) {
        broker.store(head.event);
        head.outcome.accept(Outcome.CONFIRMED);
      } else if (what < 86) {
        broker.store(head.event);
        stored.add(head); // confirmed later, or never
      } else if (what < 91) {
        fail(head, new Outcome.Held(Reason.TIMEOUT, "on purpose"));
      } else if (what < 93) {
        broker.refused.add(head.event.id());
        fail(head, new Outcome.Refused(Reason.INVALID, "on purpose"));
      } else if (what < 96) {
        fail(head, new Outcome.Refused(Reason.UNROUTABLE, "on purpose"));
      } else {
        end(new Outcome.Broken(Reason.CLOSED, "on purpose", broker.any(2) == 0), head);
      }
      return true;
    }

    /**
     * A pipelined sink cannot hold what follows on the ordering key, so its first failure ends it.
     */
    private void fail(Sent head, Outcome outcome) {
      head.outcome.accept(outcome);
      if (ordering == Ordering.PIPELINED) {
        over = true;
        queues.values().forEach(queue -> queue.forEach(sent -> sent.outcome.accept(BROKEN)));
      }
    }

    /** Some of what was under way is stored all the same; only one event gets an outcome. */
    private void end(Outcome.Broken broken, Sent head) {
      over = true;
      if (broker.any(2) == 0) {
        broker.store(head.event);
        for (ArrayDeque<Sent> queue : queues.values()) {
          queue.stream().limit(broker.any(queue.size() + 1)).forEach(s -> broker.store(s.event));
        }
      }
      head.outcome.accept(broken);
    }
  }
}
