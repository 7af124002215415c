package dev.hookbridge.agent;

import dev.hookbridge.Envelope;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.SpoolException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the events that decisions make on their way, so that no decision waits for the disk: what
 * finds no room in a bounded queue is not told, and counted. What was decided in the end is told by
 * the shim's own record, which does not pass here.
 *
 * <p>One thread, named {@code announcer}; {@link #tell} is safe from any and never waits.
 */
final class Announcer implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);
  private static final int MOST_EVENTS = 1024;
  private static final long MOST_BYTES = 4 << 20;
  private static final int BATCH = 64;

  private final Spool spool;
  private final Counter untold;
  private final BlockingQueue<Envelope> queue = new ArrayBlockingQueue<>(MOST_EVENTS);
  private final AtomicLong queued = new AtomicLong();
  private volatile boolean stopping;

  Announcer(Spool spool, MeterRegistry meters) {
    this.spool = spool;
    this.untold =
        Counter.builder("hookbridge.decision.events.untold")
            .description("Events of decisions under way that could not be stored")
            .register(meters);
  }

  /** Has an event stored soon. */
  void tell(Envelope event) {
    if (queued.addAndGet(event.size()) > MOST_BYTES || !queue.offer(event)) {
      queued.addAndGet(-event.size());
      untold.increment();
    }
  }

  @Override
  public void run() {
    while (!stopping || !queue.isEmpty()) {
      List<Envelope> events = new ArrayList<>();
      try {
        Envelope first = queue.poll(200, TimeUnit.MILLISECONDS);
        if (first == null) {
          continue;
        }
        events.add(first);
      } catch (InterruptedException e) {
        return;
      }
      queue.drainTo(events, BATCH - 1);
      queued.addAndGet(-events.stream().mapToLong(Envelope::size).sum());
      store(events);
    }
  }

  private void store(List<Envelope> events) {
    try {
      if (!spool.append(Batch.of(List.of()).withOwn(events)).ownStored()) {
        untold.increment(events.size());
      }
    } catch (SpoolException | RuntimeException e) {
      LOG.debug("{} events of decisions are not told: {}", events.size(), e.toString());
      untold.increment(events.size());
    }
  }

  /** Ends when what was told so far is stored. */
  void stop() {
    stopping = true;
  }
}
