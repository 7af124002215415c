package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.delivery.SinkWorker;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DropRecord;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does the periodic work, every second. It saves confirmations and trims the events that all sinks
 * have confirmed. It puts dead letters back that an operator wants to send again. It reports drops
 * and changes of the kill switch. Every minute it sends a heartbeat.
 *
 * <p>One thread, named {@code housekeeping}.
 */
final class Housekeeping implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final long HEARTBEAT = Duration.ofSeconds(60).toNanos();

  private final Spool spool;
  private final AgentEventMapper agentEventMapper;
  private final List<SinkWorker> sinkWorkers;
  private final KillSwitchMonitor gates;

  private final MeterRegistry meters;

  private final Consumer<IntakeStep> steps;
  private final Consumer<SpoolException> failed;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Watchdog saving = new Watchdog("the spool does not answer");
  private volatile String problem = "";
  private long beatAt = System.nanoTime();

  Housekeeping(
      Spool spool,
      AgentEventMapper agentEventMapper,
      List<SinkWorker> sinkWorkers,
      KillSwitchMonitor gates,
      MeterRegistry meters,
      Consumer<IntakeStep> steps,
      Consumer<SpoolException> failed) {
    this.spool = spool;
    this.agentEventMapper = agentEventMapper;
    this.sinkWorkers = sinkWorkers;
    this.gates = gates;
    this.meters = meters;
    this.steps = steps;
    this.failed = failed;
  }

  @Override
  public void run() {
    while (!await()) {
      saving.begin();
      try {
        spool.save();
        steps.accept(IntakeStep.SAVED);
        replay();
        reportDrops();
        reportKillSwitch();
        for (SinkWorker sinkWorker : sinkWorkers) {
          sinkWorker.look();
        }
        problem = "";
      } catch (SpoolException e) {
        failed.accept(e);
        trouble(String.valueOf(e.getMessage()));
      } catch (RuntimeException e) {
        LOG.error("unexpected failure of the housekeeping, going on", e);
        trouble(e.toString());
      } finally {
        saving.end();
      }
      heartbeat();
    }
  }

  private boolean await() {
    try {
      return stopped.await(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private void reportDrops() throws SpoolException {
    List<DropRecord> drops = spool.unreportedDrops();
    if (drops.isEmpty()) {
      return;
    }
    List<Envelope> events = new ArrayList<>();
    for (DropRecord drop : drops) {
      LOG.error("the spool dropped {} events ({})", drop.count().orElse(0), drop.reason());
      CallMeters.losses(meters, drop.reason()).increment((double) drop.count().orElse(1));
      events.add(agentEventMapper.lost(drop));
    }
    spool.append(Batch.of(List.of()).withOwn(events).reporting(drops));
  }

  private void reportKillSwitch() throws SpoolException {
    Optional<Envelope> switched = gates.look();
    if (switched.isPresent()) {
      spool.append(Batch.ofOwn(switched.get()));
    }
  }

  private void replay() throws SpoolException {
    int replayed = spool.deadLetters().replay();
    if (replayed > 0) {
      LOG.info("{} dead letters are sent again", replayed);
    }
  }

  private void heartbeat() {
    if (System.nanoTime() - beatAt < HEARTBEAT) {
      return;
    }
    beatAt = System.nanoTime();
    Map<String, Long> lags = new LinkedHashMap<>();
    sinkWorkers.forEach(sinkWorker -> lags.put(sinkWorker.name(), sinkWorker.lag()));
    Envelope beat = agentEventMapper.heartbeat(spool, lags);
    sinkWorkers.forEach(sinkWorker -> sinkWorker.pass(beat));
  }

  private void trouble(String what) {
    if (!what.equals(problem)) {
      LOG.error("{}", what);
    }
    problem = what;
  }

  /** Returns the current problem of the spool, or an empty string. */
  String problem() {
    return problem.isEmpty() ? saving.problem() : problem;
  }

  void stop() {
    stopped.countDown();
  }
}
