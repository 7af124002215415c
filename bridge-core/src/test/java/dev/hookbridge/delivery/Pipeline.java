package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.Transport;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.envelope.HostFacts;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Limits;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.SpoolView;
import dev.hookbridge.spool.WhenFull;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DeadLetter;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * A real spool with real sink workers behind it, as the agent joins them, for tests that hurt what
 * lies behind the sink workers.
 */
public final class Pipeline implements AutoCloseable {
  /** The sink most tests need. */
  public static final String SINK = "exam";

  /** A second one. */
  public static final String OTHER = "other";

  private static final String HOST = "kvm-07.example.org";
  private static final Duration PATIENCE =
      Duration.ofMinutes(Boolean.getBoolean("hookbridge.full") ? 10 : 2);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<SinkWorker> sinkWorkers = new ArrayList<>();
  private final List<String> refusals = new CopyOnWriteArrayList<>();
  private final Envelopes envelopes =
      new Envelopes(new HostFacts(HOST, "m", "test"), Redaction.standard(), Clock.systemUTC());
  private final Transport transport;
  private final Path folder;
  private final Spool spool;
  private SinkOptions.Retry retry = SinkOptions.Retry.DEFAULT;

  public Pipeline(Transport transport, Path folder) throws SpoolException {
    this.transport = transport;
    this.folder = folder.resolve("spool");
    spool = Spool.open(this.folder, HOST, new Limits(1L << 30, WhenFull.DROP_NEWEST), meters);
    spool.sinks(Set.of(SINK));
  }

  /** The spool keeps events for two sinks from now on. */
  public void twoSinks() throws SpoolException {
    spool.sinks(Set.of(SINK, OTHER));
  }

  /**
   * Sink workers made from now on wait shorter.
   *
   * @param unrouted for a route, also after a connection began
   * @param probe between looks whether dead letters have a route again
   * @param relearn until a size limit is no longer believed
   */
  public void waits(Duration unrouted, Duration probe, Duration relearn) {
    SinkOptions.Retry usual = SinkOptions.Retry.DEFAULT;
    retry =
        new SinkOptions.Retry(usual.first(), usual.longest(), unrouted, unrouted, probe, relearn);
  }

  public SinkWorker sinkWorker(Settings settings) {
    return sinkWorker(SINK, settings);
  }

  public SinkWorker sinkWorker(String sink, Settings settings) {
    SinkOptions plan =
        new SinkOptions(
            sink,
            transport,
            settings,
            new Include(List.of("*.*.*")),
            SinkOptions.Xml.REDACTED,
            Long.MAX_VALUE,
            4 << 20,
            retry);
    SinkWorker sinkWorker =
        new SinkWorker(plan, spool, new SinkContext(sink, HOST, meters), this::refused);
    sinkWorkers.add(sinkWorker);
    sinkWorker.start();
    return sinkWorker;
  }

  /** As the agent does: a refusal is told, one of its own events excepted. */
  private List<Envelope> refused(String sink, Envelope event, Reason reason, String detail) {
    refusals.add(event.id());
    return event.route().isAgent()
        ? List.of()
        : List.of(envelopes.refused(event, sink, reason, detail));
  }

  /** The ids of what was refused for good, in order, with repeats. */
  public List<String> refusals() {
    return List.copyOf(refusals);
  }

  /** How often the first sink has failed for this reason. */
  public long failures(Reason reason) {
    return (long)
        meters
            .find("hookbridge.sink.failures")
            .tags("sink", SINK, "reason", reason.word())
            .counters()
            .stream()
            .mapToDouble(Counter::count)
            .sum();
  }

  public List<DeadLetter> deadLetters() throws SpoolException {
    try (SpoolView view = SpoolView.open(folder)) {
      return view.deadLetters(0, 1_000);
    }
  }

  /** As a person who has put right what was wrong asks for it, and the agent does it. */
  public void replayDeadLetters() throws SpoolException {
    try (SpoolView view = SpoolView.open(folder)) {
      view.requestRetry(SINK);
    }
    spool.deadLetters().replay();
  }

  /** Brings back the dead letters that were asked for, as the agent does every second. */
  public void replayAsked() throws SpoolException {
    spool.deadLetters().replay();
  }

  /** The ids of the dead letters. */
  public List<String> deadIds() throws SpoolException {
    return deadLetters().stream().map(DeadLetter::id).toList();
  }

  /** Waits until no dead letter is left and all is delivered, as the agent brings them back. */
  public void awaitNoDeadLetters() {
    await("no dead letters")
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              spool.deadLetters().replay();
              return spool.deadLetters().count(SINK) == 0 && spool.unconfirmed(SINK) == 0;
            });
  }

  /** Takes them in by small batches, as the mailbox does. */
  public List<Envelope> append(List<Envelope> events) throws SpoolException {
    for (int from = 0; from < events.size(); from += 50) {
      spool.append(Batch.of(events.subList(from, Math.min(from + 50, events.size()))));
    }
    return events;
  }

  public long lag() {
    return spool.unconfirmed(SINK);
  }

  public long lag(String sink) {
    return spool.unconfirmed(sink);
  }

  public void awaitDelivered() {
    awaitLag(SINK, 0);
  }

  public void awaitLag(long atMost) {
    awaitLag(SINK, atMost);
  }

  public void awaitLag(String sink, long atMost) {
    await(sink + " behind by " + atMost).until(() -> spool.unconfirmed(sink) <= atMost);
  }

  /** Waits until it is said what keeps the sink worker from delivering. */
  public static void awaitProblem(SinkWorker sinkWorker, Reason... reasons) {
    List<String> words = List.of(reasons).stream().map(Reason::word).toList();
    await("a problem with the reason " + words)
        .until(() -> words.contains(sinkWorker.problem().split(":", 2)[0]));
  }

  /** The same, and that it goes on being said, attempt after attempt. */
  public static void awaitSteadyProblem(SinkWorker sinkWorker, Reason reason) {
    awaitProblem(sinkWorker, reason);
    await("the same problem all the time: " + reason)
        .during(Duration.ofSeconds(1))
        .until(() -> sinkWorker.problem().startsWith(reason.word() + ":"));
  }

  /** Waits until all is delivered, and prints how long that took: how long recovery takes. */
  public void awaitRecovery(String fault) {
    long waiting = lag();
    long start = System.nanoTime();
    awaitDelivered();
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "recovery, %s, %s: %d events in %.2f s%n", transport.type(), fault, waiting, seconds);
  }

  /** Bytes in use that are in use for a reason. */
  static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static ConditionFactory await(String what) {
    return Awaitility.await(what)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .atMost(PATIENCE);
  }

  /** A sink worker that ended by itself would leave its sink behind for good. */
  private void assertAtWork() {
    assertThat(sinkWorkers).allMatch(SinkWorker::alive);
  }

  @Override
  public void close() throws SpoolException {
    try {
      assertAtWork();
    } finally {
      sinkWorkers.forEach(SinkWorker::close);
      spool.close();
    }
  }
}
