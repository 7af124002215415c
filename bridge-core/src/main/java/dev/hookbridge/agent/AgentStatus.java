package dev.hookbridge.agent;

import dev.hookbridge.config.Config;
import dev.hookbridge.decision.Decisions;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.delivery.SinkWorker;
import dev.hookbridge.observer.Observer;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.status.LastEvents;
import dev.hookbridge.status.Snapshot;
import dev.hookbridge.status.Snapshot.DecisionState;
import dev.hookbridge.status.Snapshot.MailboxState;
import dev.hookbridge.status.Snapshot.SinkState;
import dev.hookbridge.status.Snapshot.SpoolUsage;
import dev.hookbridge.status.StatusSource;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The agent's data for the status page. All counts come from the meters. */
final class AgentStatus implements StatusSource {
  private final Config config;
  private final String version;
  private final Parts parts;
  private final MeterRegistry meters;
  private final LastEvents events;
  private final long begun = System.nanoTime();

  /** The parts of the agent that a snapshot reads. */
  record Parts(
      Spool spool,
      Intake intake,
      FolderMonitor lookout,
      Housekeeping housekeeping,
      List<SinkWorker> sinkWorkers,
      Decisions decisions,
      KillSwitchMonitor gates,
      Observer observer) {}

  AgentStatus(Config config, String version, Parts parts, MeterRegistry meters, LastEvents events) {
    this.config = config;
    this.version = version;
    this.parts = parts;
    this.meters = meters;
    this.events = events;
  }

  /** Returns the host names that a request for the status page may use. */
  Set<String> names() {
    String host = config.host();
    String bound = config.http().map(http -> http.address().getHostString()).orElse(host);
    return Set.copyOf(List.of(host, host.replaceFirst("\\..*", ""), bound));
  }

  @Override
  public Snapshot snapshot() {
    return new Snapshot(
        config.host(),
        version,
        Instant.now(),
        Duration.ofNanos(System.nanoTime() - begun),
        parts.sinkWorkers().stream().map(AgentStatus::sink).toList(),
        spool(),
        mailbox(),
        decisions(),
        sums("hookbridge.lost", "reason"),
        parts.observer().states(),
        events.newestFirst());
  }

  private static SinkState sink(SinkWorker sinkWorker) {
    String problem = sinkWorker.problem();
    return new SinkState(
        sinkWorker.name(),
        sinkWorker.type(),
        sinkWorker.connected(),
        sinkWorker.lag(),
        sinkWorker.oldestSeconds(),
        problem.substring(0, Math.max(0, problem.indexOf(':'))),
        sinkWorker.dead());
  }

  private SpoolUsage spool() {
    Spool spool = parts.spool();
    return new SpoolUsage(
        spool.events(),
        spool.bytes(),
        spool.limit(),
        spool.last(),
        spool.epoch(),
        parts.housekeeping().problem());
  }

  private MailboxState mailbox() {
    return new MailboxState(
        parts.lookout().files(), sum("hookbridge.hooks"), parts.intake().problem());
  }

  private DecisionState decisions() {
    List<String> unreachable = new ArrayList<>();
    for (Gauge ready : meters.find("hookbridge.decision.channel.ready").gauges()) {
      if (ready.value() == 0) {
        unreachable.add(String.valueOf(ready.getId().getTag("sink")));
      }
    }
    return new DecisionState(
        (int) config.decisions().stream().filter(rule -> rule.mode() != Rule.Mode.OFF).count(),
        parts.gates().enabled(),
        unreachable,
        sums("hookbridge.decisions", "decision"),
        sum("hookbridge.decisions.failed.open"),
        parts.decisions().pending());
  }

  /** Returns the sum of all counters of a meter. */
  private long sum(String meter) {
    return (long) meters.find(meter).counters().stream().mapToDouble(Counter::count).sum();
  }

  /** Returns the sum of a meter's counters for each value of a label. */
  private Map<String, Long> sums(String meter, String label) {
    Map<String, Long> sums = new TreeMap<>();
    for (Counter counter : meters.find(meter).counters()) {
      String value = String.valueOf(counter.getId().getTag(label));
      sums.merge(value, (long) counter.count(), Long::sum);
    }
    return sums;
  }
}
