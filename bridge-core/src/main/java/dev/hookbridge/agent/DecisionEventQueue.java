package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.sqlite.SpoolException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores the events that decisions make on their way, so that no decision waits for the disk: what
 * finds no room in a bounded queue is not told, and counted. What was decided in the end is told by
 * the shim's own record, which does not pass here.
 *
 * <p>Each event is stored behind the event of the hook call it comes of, so that it stands in the
 * order of its guest: by the intake together with that call, or by the thread of this class when
 * the call is stored already.
 *
 * <p>One thread, named {@code decisionEventQueue}; {@link #tell} is safe from any and never waits.
 */
final class DecisionEventQueue implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(DecisionEventQueue.class);
  private static final int MOST_EVENTS = 1024;
  private static final long MOST_BYTES = 4 << 20;
  private static final int REMEMBERED = 2048;

  /** A call that was written before this is in the mailbox's list, if it was written at all. */
  private static final long LATEST = Duration.ofSeconds(5).toNanos();

  private record Told(Envelope event, long at) {
    String call() {
      return event.attributes().getOrDefault("causationid", "");
    }
  }

  private final Spool spool;
  private final Counter unreported;
  private final ReentrantLock turn = new ReentrantLock();
  private final Queue<Told> queue = new ArrayDeque<>();
  private final Set<String> stored = new LinkedHashSet<>();
  private final Semaphore bell = new Semaphore(0);
  private long queued;
  private volatile boolean stopping;

  DecisionEventQueue(Spool spool, MeterRegistry meters) {
    this.spool = spool;
    this.unreported =
        Counter.builder("hookbridge.decision.events.dropped")
            .description("Events of decisions under way that could not be stored")
            .register(meters);
  }

  /** Has an event stored soon. */
  synchronized void tell(Envelope event) {
    if (queue.size() >= MOST_EVENTS || queued + event.size() > MOST_BYTES) {
      unreported.increment();
      return;
    }
    queued += event.size();
    queue.add(new Told(event, System.nanoTime()));
    bell.release();
  }

  /** A thread that stores events of calls or of their decisions holds it, so that order is kept. */
  ReentrantLock turn() {
    return turn;
  }

  /**
   * Takes the events of a call's decision out of the queue. The caller holds the turn and stores
   * them behind the call's event. This class stores those that come later.
   */
  synchronized List<Envelope> of(String call) {
    if (stored.add(call) && stored.size() > REMEMBERED) {
      stored.remove(stored.iterator().next());
    }
    return take(told -> told.call().equals(call));
  }

  /**
   * A batch with what {@link #of} gave is not stored, as the agent stops. Its calls and decisions
   * stay in the mailbox and come again; what was on the way between them does not.
   */
  void notStored(List<Envelope> events) {
    for (Envelope event : events) {
      if (event.type().contains(".decision.requested.")) {
        unreported.increment();
      }
    }
  }

  /** All calls that were written before now are stored, whatever is remembered of them. */
  void caughtUp() {
    long now = System.nanoTime();
    store(told -> now - told.at() > LATEST);
  }

  private synchronized List<Envelope> take(Predicate<Told> wanted) {
    List<Envelope> taken = new ArrayList<>();
    for (Iterator<Told> all = queue.iterator(); all.hasNext(); ) {
      Told told = all.next();
      if (wanted.test(told)) {
        taken.add(told.event());
        queued -= told.event().size();
        all.remove();
      }
    }
    return taken;
  }

  @Override
  public void run() {
    while (!stopping && rung()) {
      store(told -> stored.contains(told.call()));
    }
    store(told -> stored.contains(told.call()));
    int left = take(told -> true).size();
    if (left > 0) {
      LOG.info("{} events of decisions are not told: their calls still wait in the mailbox", left);
      unreported.increment(left);
    }
  }

  /** Waits up to 200 ms for an event; false when the thread was interrupted. */
  private boolean rung() {
    try {
      if (bell.tryAcquire(200, TimeUnit.MILLISECONDS)) {
        bell.drainPermits();
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void store(Predicate<Told> wanted) {
    turn.lock();
    try {
      List<Envelope> events = take(wanted);
      if (!events.isEmpty()) {
        store(events);
      }
    } finally {
      turn.unlock();
    }
  }

  private void store(List<Envelope> events) {
    try {
      if (!spool.append(Batch.of(List.of()).withOwn(events)).ownStored()) {
        unreported.increment(events.size());
      }
    } catch (SpoolException | RuntimeException e) {
      LOG.debug("{} events of decisions are not told: {}", events.size(), e.toString());
      unreported.increment(events.size());
    }
  }

  /** Ends when what can be stored of what was told so far is stored. */
  void stop() {
    stopping = true;
  }
}
