package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.GuestList;
import dev.hookbridge.envelope.LibvirtEvents;
import dev.hookbridge.envelope.ObservedEvent;
import dev.hookbridge.mailbox.MailboxBarrier;
import dev.hookbridge.observer.Observer;
import dev.hookbridge.observer.ObserverListener;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.sqlite.SpoolException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores what the observer hears, in the order of a guest's life: libvirt calls a hook before it
 * reports the same change, so an event is stored after every call that was in the mailbox when it
 * came.
 *
 * <p>The queue is bounded. What does not fit is dropped, reported by an {@code observer.gap}, and
 * made good by an inventory.
 *
 * <p>One thread, named {@code observations}. The methods of the listener never wait.
 */
final class ObservationStore implements Runnable, ObserverListener {
  private static final Logger LOG = LoggerFactory.getLogger(ObservationStore.class);

  /** The events after which the state of guests is uncertain. */
  private static final Set<String> LIST_AFTER =
      Set.of("dev.hookbridge.lost.v1", "dev.hookbridge.libvirt.daemon.start.v1");

  private static final int MOST_EVENTS = 8192;
  private static final long MOST_BYTES = 8 << 20;
  private static final int BATCH_EVENTS = 512;
  private static final long FIRST_LOOK = 1_000_000;
  private static final long LAST_LOOK = 50_000_000;
  private static final long AGAIN = 1_000_000_000;
  private static final long LAST_PATIENCE = 2_000_000_000;

  /** An event, or a list that becomes one when it is stored. */
  private record Heard(@Nullable Envelope event, @Nullable GuestList list, int size) {}

  private final Spool spool;
  private final LibvirtEvents events;
  private final MailboxBarrier barrier;
  private final Consumer<SpoolException> failed;
  private final Counter dropped;
  private final Queue<Heard> queue = new ArrayDeque<>();
  private final Map<String, Instant> overflown = new LinkedHashMap<>();
  private final Semaphore bell = new Semaphore(0);
  private long queued;
  private volatile Consumer<String> inventories = driver -> {};
  private volatile boolean stopping;
  private volatile long stopAt;

  ObservationStore(
      Spool spool,
      LibvirtEvents events,
      MailboxBarrier barrier,
      MeterRegistry meters,
      Consumer<SpoolException> failed) {
    this.spool = spool;
    this.events = events;
    this.barrier = barrier;
    this.failed = failed;
    this.dropped =
        Counter.builder("hookbridge.observer.dropped")
            .description("Events of libvirt that were dropped because the spool was too slow")
            .register(meters);
  }

  /** Asks this observer for inventories whenever the state of guests is uncertain. */
  void listWith(Observer observer) {
    listWith(observer::wantInventory);
    spool.onStored(
        (sequence, event) -> {
          if (LIST_AFTER.contains(event.type())) {
            observer.wantInventory();
          }
        });
  }

  /** Sets whom to ask for an inventory of a driver after events were dropped. */
  void listWith(Consumer<String> asked) {
    inventories = asked;
  }

  @Override
  public void event(ObservedEvent event) {
    Envelope made = events.of(event);
    offer(event.of().driver(), event.time(), new Heard(made, null, made.size()));
  }

  @Override
  public void inventory(GuestList list) {
    int size = 0;
    for (GuestList.Guest guest : list.guests()) {
      size += 100 + guest.subject().name().length;
    }
    offer(list.driver(), Instant.now(), new Heard(null, list, size));
  }

  @Override
  public void gap(String driver, Instant from, Instant to, String reason) {
    Envelope made = events.gap(driver, from, to, reason);
    offer(driver, to, new Heard(made, null, made.size()));
  }

  private synchronized void offer(String driver, Instant time, Heard heard) {
    boolean fits = queue.size() < MOST_EVENTS && queued + heard.size() <= MOST_BYTES;
    if (overflown.containsKey(driver) || !(fits || queue.isEmpty())) {
      overflown.putIfAbsent(driver, time);
      dropped.increment();
    } else {
      queued += heard.size();
      queue.add(heard);
    }
    bell.release();
  }

  private synchronized List<Heard> take() {
    List<Heard> taken = new ArrayList<>();
    while (!queue.isEmpty() && taken.size() < BATCH_EVENTS) {
      Heard heard = queue.remove();
      queued -= heard.size();
      taken.add(heard);
    }
    return taken;
  }

  /** Reports what did not fit, once everything before it is stored. */
  private synchronized List<Envelope> overflow() {
    List<Envelope> gaps = new ArrayList<>();
    if (queue.isEmpty()) {
      overflown.forEach(
          (driver, from) -> {
            gaps.add(events.gap(driver, from, Instant.now(), "overflow"));
            inventories.accept(driver);
          });
      overflown.clear();
    }
    return gaps;
  }

  @Override
  public void run() {
    while (!stopping && isRung()) {
      storeAll();
    }
    storeAll();
  }

  private boolean isRung() {
    try {
      if (bell.tryAcquire(1, TimeUnit.SECONDS)) {
        bell.drainPermits();
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  private void storeAll() {
    for (List<Heard> heard = take(); !heard.isEmpty(); heard = take()) {
      List<Heard> batch = heard;
      if (!pass(barrier.mark()) || !store(() -> envelopes(batch))) {
        LOG.info("{} events of libvirt were not stored: the agent stops", heard.size());
        return;
      }
    }
    List<Envelope> gaps = overflow();
    if (!gaps.isEmpty()) {
      store(() -> gaps);
    }
  }

  private List<Envelope> envelopes(List<Heard> heard) {
    List<Envelope> made = new ArrayList<>();
    for (Heard one : heard) {
      if (one.event() != null) {
        made.add(one.event());
      } else if (one.list() != null) {
        made.addAll(events.inventory(one.list(), spool.last()));
      }
    }
    return made;
  }

  /** Waits until no call before the mark is in the mailbox. Returns false if the agent stops. */
  private boolean pass(long mark) {
    for (long wait = FIRST_LOOK; !isPassed(mark); wait = Math.min(2 * wait, LAST_LOOK)) {
      if (isOver()) {
        return false;
      }
      LockSupport.parkNanos(wait);
    }
    return true;
  }

  private boolean isPassed(long mark) {
    try {
      return barrier.isPassed(mark);
    } catch (IOException e) {
      return false; // the intake reports a mailbox that cannot be read
    }
  }

  /** Stores events. Returns false if the agent stops before the spool accepts them. */
  private boolean store(Supplier<List<Envelope>> events) {
    while (!isStored(events)) {
      if (isOver()) {
        return false;
      }
      LockSupport.parkNanos(AGAIN);
    }
    return true;
  }

  private boolean isStored(Supplier<List<Envelope>> events) {
    try {
      return spool.append(Batch.of(List.of()).withOwn(events.get())).ownStored();
    } catch (SpoolException e) {
      failed.accept(e);
      LOG.debug("events of libvirt cannot be stored: {}", e.toString());
      return false;
    } catch (RuntimeException | Error e) {
      LOG.error("unexpected failure while storing events of libvirt, trying again", e);
      return false;
    }
  }

  private boolean isOver() {
    return stopping && System.nanoTime() - stopAt > LAST_PATIENCE;
  }

  /** Stops the thread after it has stored what was heard, or after 2 s. */
  void stop() {
    stopAt = System.nanoTime();
    stopping = true;
    bell.release();
  }
}
