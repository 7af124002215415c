package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Deadline;
import dev.hookbridge.testing.Run;
import dev.hookbridge.testing.Seen;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The last part of the sink contract: a broker that is stopped, killed or paused, and comes back.
 */
public abstract class BrokerContract extends LimitContract {
  private static final Duration OPEN = Duration.ofSeconds(10);
  private static final int WINDOW_AND_BUFFERS = 24 << 20;

  /** The broker behind the destinations. */
  protected abstract Broker broker();

  /** Returns a destination's settings with another broker address. */
  protected abstract Settings at(String host, int port, Settings destination);

  /** Restores what a destination may have lost with its broker, as an operator would do it. */
  protected void restore(Settings destination) {}

  // The sink alone

  @Test
  void aBrokerThatIsDownIsAnExceptionWithAReason() {
    Settings destination = destination();
    broker().stop();
    try {
      assertTimeoutPreemptively(
          OPEN.plus(Deadline.MARGIN),
          () ->
              assertThatThrownBy(() -> open(destination))
                  .isInstanceOfSatisfying(
                      SinkException.class,
                      e -> assertThat(e.reason()).isIn(Reason.UNREACHABLE, Reason.TIMEOUT)));
      assertThat(transport().check(destination, false))
          .anyMatch(line -> line.level() == Check.Level.FAILURE);
    } finally {
      broker().start();
    }
  }

  @Test
  void killedInTheMiddleNothingConfirmedIsMissingAndOrderHolds() throws SinkException {
    Settings destination = destination();
    List<Envelope> all = events.mixed(2_000 * SCALE, 5, 1_000);
    Sink sink = open(destination);
    Run run = new Run(sink);
    Thread killer = new Thread(() -> killAfter(run, 200), "killer");
    killer.start();
    try {
      run.send(all);
      Awaitility.await("the broker's end")
          .atMost(Duration.ofSeconds(60))
          .until(() -> !killer.isAlive());
    } finally {
      sink.close();
      broker().start();
      restore(destination);
    }
    run.check();
    Set<String> confirmed = new HashSet<>(run.confirmed());
    assertThat(confirmed).hasSizeGreaterThanOrEqualTo(200);
    assertThat(Seen.ids(consume(destination, confirmed.size()))).containsAll(confirmed);
    resend(destination, all.stream().filter(event -> !confirmed.contains(event.id())).toList());
    assertThat(Seen.firstOccurrences(consume(destination, all.size())))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(all));
  }

  private void killAfter(Run run, int confirmed) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(Duration.ofSeconds(60))
        .until(() -> run.confirmed().size() >= confirmed);
    broker().kill();
  }

  /** Sends events again with new sinks until all are confirmed, as a sink worker would do it. */
  private void resend(Settings destination, List<Envelope> unconfirmed) throws SinkException {
    Set<String> left = new HashSet<>(unconfirmed.stream().map(Envelope::id).toList());
    for (int attempt = 0; !left.isEmpty() && attempt < 50; attempt++) {
      Sink sink = open(destination);
      Run run = new Run(sink);
      run.send(unconfirmed.stream().filter(event -> left.contains(event.id())).toList());
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> run.failed() || run.confirmed().size() == left.size());
      sink.close();
      run.check();
      run.confirmed().forEach(left::remove);
    }
    assertThat(left).as("never confirmed").isEmpty();
  }

  @Test
  void aBrokerThatStandsStillHoldsNobodyLongerThanAllowed() throws SinkException {
    Settings destination = destination();
    Sink sink = open(destination);
    Envelope first = events.next("guest-0", 500);
    new Run(sink).send(first).awaitConfirmed(List.of(first));
    Run run = new Run(sink);
    broker().pause();
    try {
      List<Envelope> more = events.mixed(2_000, 50, 8_000);
      long end = System.nanoTime() + Duration.ofSeconds(12).toNanos();
      run.send(more, sofar -> System.nanoTime() > end);
      assertThat(run.confirmed()).isEmpty();
      closesInTime(sink);
      assertTimeoutPreemptively(
          OPEN.plus(Deadline.MARGIN),
          () -> assertThatThrownBy(() -> open(destination)).isInstanceOf(SinkException.class));
    } finally {
      broker().resume();
      broker().awaitReady();
    }
    run.check();
  }

  // With spool and sink worker

  @Test
  void brokersThatAreKilledLoseNothing() throws SpoolException {
    Settings destination = destination();
    pipeline.sinkWorker(destination);
    List<Envelope> taken = new ArrayList<>();
    for (int round = 0; round < 2 * SCALE; round++) {
      taken.addAll(pipeline.append(events.mixed(2_000, 10, 1_000)));
      pipeline.awaitLag(1_500);
      broker().kill();
      taken.addAll(pipeline.append(events.mixed(200, 10, 1_000)));
      broker().start();
      restore(destination);
    }
    pipeline.awaitRecovery("kill -9 and back");
    assertAllInOrder(destination, taken);
  }

  /** One sink was connected before. Another one starts while the broker is down. */
  @Test
  void aBacklogWaitsOnDiskAndNotInMemory() throws SpoolException {
    Settings earlier = destination();
    Settings later = destination();
    pipeline.twoSinks();
    SinkWorker running = pipeline.sinkWorker(Pipeline.SINK, earlier);
    List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(10, 10, 100)));
    pipeline.awaitDelivered();
    broker().kill();
    SinkWorker beginning = pipeline.sinkWorker(Pipeline.OTHER, later);
    long before = Pipeline.heap();
    for (int i = 0; i < 100 * SCALE; i++) {
      pipeline.append(events.mixed(50, 20, 8_000)).stream()
          .map(event -> event.withData(new byte[0], -1))
          .forEach(taken::add);
    }
    Pipeline.awaitProblem(running, Reason.UNREACHABLE, Reason.TIMEOUT, Reason.CLOSED);
    Pipeline.awaitProblem(beginning, Reason.UNREACHABLE, Reason.TIMEOUT);
    // The test itself keeps the events without their 8,000 bytes. This memory does not count.
    long remembered = 1_000L * taken.size();
    assertThat(Pipeline.heap() - before - remembered)
        .as("growth of the heap")
        .isLessThan(WINDOW_AND_BUFFERS);
    broker().start();
    restore(earlier);
    restore(later);
    pipeline.awaitRecovery("down with a backlog of 8 KB events");
    pipeline.awaitLag(Pipeline.OTHER, 0);
    assertAllInOrder(earlier, taken);
    assertAllInOrder(later, taken);
    assertThat(running.problem()).isEmpty();
    assertThat(beginning.problem()).isEmpty();
  }

  /** One sink worker waits during the pause. Another one is stopped, and a new one follows it. */
  @Test
  void aBrokerThatStandsStillIsToldOfAndLosesNothing() throws SpoolException {
    Settings waiting = destination();
    Settings stopped = destination();
    pipeline.twoSinks();
    SinkWorker patient = pipeline.sinkWorker(Pipeline.SINK, waiting);
    SinkWorker ending = pipeline.sinkWorker(Pipeline.OTHER, stopped);
    List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(2_000, 10, 1_000)));
    pipeline.awaitLag(1_500);
    broker().pause();
    try {
      taken.addAll(pipeline.append(events.mixed(500 * SCALE, 10, 1_000)));
      Deadline.kept(OPEN, ending::close);
      pipeline.sinkWorker(Pipeline.OTHER, stopped);
      Pipeline.awaitProblem(patient, Reason.TIMEOUT);
    } finally {
      broker().resume();
    }
    pipeline.awaitRecovery("SIGSTOP and SIGCONT");
    pipeline.awaitLag(Pipeline.OTHER, 0);
    assertAllInOrder(waiting, taken);
    assertAllInOrder(stopped, taken);
  }

  @Test
  void aNameThatCannotBeResolvedIsWaitedForAndLosesNothing() throws SpoolException {
    Settings destination = destination();
    SinkWorker lost = pipeline.sinkWorker(at("no-such-host.invalid", 1, destination));
    List<Envelope> taken = pipeline.append(events.mixed(200 * SCALE, 10, 500));
    Pipeline.awaitProblem(lost, Reason.UNREACHABLE);
    assertThat(pipeline.lag()).isEqualTo(taken.size());
    lost.close();
    pipeline.sinkWorker(destination); // as after a correction of the configuration
    pipeline.awaitRecovery("name not resolvable, then corrected");
    assertAllInOrder(destination, taken);
  }

  /**
   * The address of the bad sink accepts connections and never answers. This takes the most time.
   */
  @Test
  void aSinkThatIsDownDelaysNoOther() throws Exception {
    Settings good = destination();
    Settings bad = destination();
    pipeline.twoSinks();
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      SinkWorker down =
          pipeline.sinkWorker(Pipeline.OTHER, at("127.0.0.1", silent.getLocalPort(), bad));
      pipeline.sinkWorker(Pipeline.SINK, good);
      List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(10, 10, 500)));
      pipeline.awaitDelivered();
      taken.addAll(pipeline.append(events.mixed(1_000 * SCALE, 10, 500)));
      Deadline.kept(Duration.ofSeconds(4L * SCALE), pipeline::awaitDelivered);
      assertThat(pipeline.lag(Pipeline.OTHER)).isEqualTo(taken.size());
      Pipeline.awaitProblem(down, Reason.TIMEOUT, Reason.UNREACHABLE);
      down.close();
      pipeline.sinkWorker(Pipeline.OTHER, bad);
      pipeline.awaitLag(Pipeline.OTHER, 0);
      assertAllInOrder(good, taken);
      assertAllInOrder(bad, taken);
    }
  }
}
