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
 * Stores the events of pending decisions, so that no decision waits for the disk. The queue is
 * bounded: an event that does not fit is dropped and counted. The outcome of a decision does not
 * pass this queue. The shim reports it in its own record.
 *
 * <p>Each event is stored after the event of its hook call, so the events of a guest stay in order.
 * The intake stores it together with that call. If the call is already stored, the thread of this
 * class stores it.
 *
 * <p>One thread, named {@code decision-events}. {@link #report} is safe for any thread and never
 * waits.
 */
final class DecisionEventQueue implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(DecisionEventQueue.class);
  private static final int MOST_EVENTS = 1024;
  private static final long MOST_BYTES = 4 << 20;
  private static final int REMEMBERED = 2048;

  /**
   * Age after which an event no longer waits for its call. A call written before that, if it was
   * written at all, is already in the mailbox's list.
   */
  private static final long LATEST = Duration.ofSeconds(5).toNanos();

  private record Reported(Envelope event, long at) {
    String call() {
      return event.attributes().getOrDefault("causationid", "");
    }
  }

  private final Spool spool;
  private final Counter unreported;
  private final ReentrantLock turn = new ReentrantLock();
  private final Queue<Reported> queue = new ArrayDeque<>();
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

  /** Queues an event, to be stored soon. */
  synchronized void report(Envelope event) {
    if (queue.size() >= MOST_EVENTS || queued + event.size() > MOST_BYTES) {
      unreported.increment();
      return;
    }
    queued += event.size();
    queue.add(new Reported(event, System.nanoTime()));
    bell.release();
  }

  /**
   * Returns the lock that keeps the order of events. A thread holds it while it stores events of
   * calls or of their decisions.
   */
  ReentrantLock turn() {
    return turn;
  }

  /**
   * Removes the events of a call's decision from the queue and returns them. The caller holds the
   * lock of {@link #turn} and stores the events after the call's event. This class stores those
   * that arrive later.
   */
  synchronized List<Envelope> of(String call) {
    if (stored.add(call) && stored.size() > REMEMBERED) {
      stored.remove(stored.iterator().next());
    }
    return take(reported -> reported.call().equals(call));
  }

  /**
   * Counts the lost events of a batch that is not stored because the agent stops. The batch
   * contains results of {@link #of}. Its calls and outcomes stay in the mailbox and are read again.
   * Its requested-decision events are lost.
   */
  void notStored(List<Envelope> events) {
    for (Envelope event : events) {
      if (event.type().contains(".decision.requested.")) {
        unreported.increment();
      }
    }
  }

  /**
   * Stores the events older than {@link #LATEST}, even if their call is not in the list of stored
   * calls. The caller has stored all calls that were written before now.
   */
  void caughtUp() {
    long now = System.nanoTime();
    store(reported -> now - reported.at() > LATEST);
  }

  private synchronized List<Envelope> take(Predicate<Reported> wanted) {
    List<Envelope> taken = new ArrayList<>();
    for (Iterator<Reported> all = queue.iterator(); all.hasNext(); ) {
      Reported reported = all.next();
      if (wanted.test(reported)) {
        taken.add(reported.event());
        queued -= reported.event().size();
        all.remove();
      }
    }
    return taken;
  }

  @Override
  public void run() {
    while (!stopping && rung()) {
      store(reported -> stored.contains(reported.call()));
    }
    store(reported -> stored.contains(reported.call()));
    int left = take(reported -> true).size();
    if (left > 0) {
      LOG.info("{} decision events were not written: their calls still wait in the mailbox", left);
      unreported.increment(left);
    }
  }

  /** Waits up to 200 ms for an event. Returns false if the thread was interrupted. */
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

  private void store(Predicate<Reported> wanted) {
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
      LOG.debug("{} decision events were not written: {}", events.size(), e.toString());
      unreported.increment(events.size());
    }
  }

  /** Stops the thread after it has stored the queued events that can be stored. */
  void stop() {
    stopping = true;
  }
}
