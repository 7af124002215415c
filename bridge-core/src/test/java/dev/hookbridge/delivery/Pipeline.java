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
 * Connects a real spool with real sink workers, as the agent does. It is for tests that damage the
 * broker behind the sink workers.
 */
public final class Pipeline implements AutoCloseable {
  /** The name of the sink in most tests. */
  public static final String SINK = "exam";

  /** The name of a second sink. */
  public static final String OTHER = "other";

  private static final String HOST = "kvm-07.example.org";
  private static final Duration PATIENCE =
      Duration.ofMinutes(Boolean.getBoolean("hookbridge.full") ? 10 : 2);

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final List<SinkWorker> sinkWorkers = new ArrayList<>();
  private final List<String> refusals = new CopyOnWriteArrayList<>();
  private final Envelopes envelopes =
      new Envelopes(
          new HostFacts(HOST, "m", "boot", "test"), Redaction.standard(), Clock.systemUTC());
  private final Transport transport;
  private final Path folder;
  private final Spool spool;
  private SinkOptions.Retry retry = SinkOptions.Retry.DEFAULT;

  /**
   * Opens a spool for the sink {@link #SINK}.
   *
   * @param folder the parent of the spool's folder
   */
  public Pipeline(Transport transport, Path folder) throws SpoolException {
    this.transport = transport;
    this.folder = folder.resolve("spool");
    spool = Spool.open(this.folder, HOST, new Limits(1L << 30, WhenFull.DROP_NEWEST), meters);
    spool.sinks(Set.of(SINK));
  }

  /** Makes the spool keep events for two sinks from now on. */
  public void twoSinks() throws SpoolException {
    spool.sinks(Set.of(SINK, OTHER));
  }

  /**
   * Sets shorter waiting times for sink workers that are made from now on.
   *
   * @param unrouted the time to wait for a route, also after a new connection
   * @param probe the time between checks whether dead letters have a route again
   * @param relearn the time after which a known size limit is dropped
   */
  public void waits(Duration unrouted, Duration probe, Duration relearn) {
    SinkOptions.Retry usual = SinkOptions.Retry.DEFAULT;
    retry =
        new SinkOptions.Retry(usual.first(), usual.longest(), unrouted, unrouted, probe, relearn);
  }

  /** Starts a sink worker for {@link #SINK}. */
  public SinkWorker sinkWorker(Settings settings) {
    return sinkWorker(SINK, settings);
  }

  /** Starts a sink worker. */
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

  /**
   * Reports a refusal with an event, as the agent does. A refusal of the agent's own events is not
   * reported.
   */
  private List<Envelope> refused(String sink, Envelope event, Reason reason, String detail) {
    refusals.add(event.id());
    return event.route().isAgent()
        ? List.of()
        : List.of(envelopes.refused(event, sink, reason, detail));
  }

  /** Returns the IDs of finally refused events, in order, with repeats. */
  public List<String> refusals() {
    return List.copyOf(refusals);
  }

  /** Returns how often the sink {@link #SINK} has failed for this reason. */
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

  /** Returns the dead letters in the spool, 1,000 at most. */
  public List<DeadLetter> deadLetters() throws SpoolException {
    try (SpoolView view = SpoolView.open(folder)) {
      return view.deadLetters(0, 1_000);
    }
  }

  /**
   * Requests a retry of all dead letters of {@link #SINK}, as an operator does, and carries it out,
   * as the agent does.
   */
  public void replayDeadLetters() throws SpoolException {
    try (SpoolView view = SpoolView.open(folder)) {
      view.requestRetry(SINK);
    }
    spool.deadLetters().replay();
  }

  /** Carries out requested retries of dead letters. The agent does this every second. */
  public void replayAsked() throws SpoolException {
    spool.deadLetters().replay();
  }

  /** Returns the IDs of the dead letters. */
  public List<String> deadIds() throws SpoolException {
    return deadLetters().stream().map(DeadLetter::id).toList();
  }

  /**
   * Waits until there are no dead letters and everything is delivered. Carries out retries, as the
   * agent does.
   */
  public void awaitNoDeadLetters() {
    await("no dead letters")
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              spool.deadLetters().replay();
              return spool.deadLetters().count(SINK) == 0 && spool.unconfirmed(SINK) == 0;
            });
  }

  /** Appends events to the spool in small batches, as the mailbox does. */
  public List<Envelope> append(List<Envelope> events) throws SpoolException {
    for (int from = 0; from < events.size(); from += 50) {
      spool.append(Batch.of(events.subList(from, Math.min(from + 50, events.size()))));
    }
    return events;
  }

  /** Returns the number of unconfirmed events of {@link #SINK}. */
  public long lag() {
    return spool.unconfirmed(SINK);
  }

  /** Returns the number of unconfirmed events of a sink. */
  public long lag(String sink) {
    return spool.unconfirmed(sink);
  }

  /** Waits until {@link #SINK} has confirmed all events. */
  public void awaitDelivered() {
    awaitLag(SINK, 0);
  }

  /** Waits until at most this many events of {@link #SINK} are unconfirmed. */
  public void awaitLag(long atMost) {
    awaitLag(SINK, atMost);
  }

  /** Waits until at most this many events of a sink are unconfirmed. */
  public void awaitLag(String sink, long atMost) {
    await(sink + " behind by " + atMost).until(() -> spool.unconfirmed(sink) <= atMost);
  }

  /** Waits until the sink worker reports a problem with one of the reasons. */
  public static void awaitProblem(SinkWorker sinkWorker, Reason... reasons) {
    List<String> words = List.of(reasons).stream().map(Reason::word).toList();
    await("a problem with the reason " + words)
        .until(() -> words.contains(sinkWorker.problem().split(":", 2)[0]));
  }

  /**
   * Waits for a problem, and until the sink worker has reported it for one second without a break.
   */
  public static void awaitSteadyProblem(SinkWorker sinkWorker, Reason reason) {
    awaitProblem(sinkWorker, reason);
    await("the same problem all the time: " + reason)
        .during(Duration.ofSeconds(1))
        .until(() -> sinkWorker.problem().startsWith(reason.word() + ":"));
  }

  /** Waits until everything is delivered, and prints the recovery time. */
  public void awaitRecovery(String fault) {
    long waiting = lag();
    long start = System.nanoTime();
    awaitDelivered();
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(
        "recovery, %s, %s: %d events in %.2f s%n", transport.type(), fault, waiting, seconds);
  }

  /** Returns the bytes of the heap that are in use after a garbage collection. */
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

  /**
   * Asserts that all sink workers are alive. A sink worker that ended by itself would never deliver
   * again.
   */
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
