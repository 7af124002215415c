package dev.hookbridge.delivery;

import dev.hookbridge.api.Sink;
import dev.hookbridge.mailbox.ByteBudget;
import dev.hookbridge.spool.table.SpooledEvent;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a sink may hold at a time, in bytes, and in which order: decides which event is next. An
 * event is waiting, then sent (unconfirmed), then done or waiting again.
 *
 * <p>One lane gets at most a quarter of the window, so that a stuck one leaves room for the others;
 * events behind a stuck lane keep their number only, once those in memory fill a window. Used by
 * the sink worker's thread alone.
 */
final class Window {
  /** Events that may wait behind stuck lanes, in memory by their number at least. */
  private static final int MOST_WAITING = 100_000;

  private final Sink sink;
  private final long bytes;
  private final Map<String, OrderingKey> lanes = new HashMap<>();
  private final ArrayDeque<OrderingKey> ready = new ArrayDeque<>();
  private final PriorityQueue<OrderingKey> held =
      new PriorityQueue<>(Comparator.comparingLong((OrderingKey lane) -> lane.retryAt));
  private final RejectionBackoff rejectionBackoff = new RejectionBackoff();
  private final LongSupplier clock;
  private long unconfirmedBytes;
  private long waitingBytes;
  private final LinkedHashSet<InFlightEvent> sent = new LinkedHashSet<>();
  private int waiting;
  private int suspects;

  /**
   * @param suspects so many events go one at a time, because one of them ended the last sink
   */
  Window(Sink sink, long bytes, int suspects) {
    this(sink, bytes, suspects, System::nanoTime);
  }

  Window(Sink sink, long bytes, int suspects, LongSupplier clock) {
    this.sink = sink;
    this.bytes = bytes;
    this.suspects = suspects;
    this.clock = clock;
  }

  /** Whether more should be read: there is room, and nothing at hand may be sent. */
  boolean hungry() {
    return ready.isEmpty()
        && !crowded()
        && unconfirmedBytes < bytes
        && (suspects == 0 || sent.isEmpty());
  }

  /**
   * @param step how far refusals have reduced it already
   * @param share its part of the byte budget
   */
  void add(SpooledEvent stored, Reduction.Step step, ByteBudget.Share share) {
    OrderingKey lane = lanes.computeIfAbsent(sink.lane(stored.envelope()), OrderingKey::new);
    InFlightEvent item = new InFlightEvent(stored.sequence(), lane, stored.envelope());
    item.step = step;
    item.share = share;
    if (waitingBytes > 0 && waitingBytes + item.size > bytes) {
      item.envelope = null;
      item.letGo();
    } else {
      waitingBytes += item.size;
    }
    lane.waiting.add(item);
    waiting++;
    offer(lane);
  }

  /** The next event that may be sent now, or null. It counts as sent. */
  @Nullable InFlightEvent next() {
    if (suspects > 0 && !sent.isEmpty()) {
      return null;
    }
    OrderingKey lane = ready.peek();
    if (lane == null) {
      return null;
    }
    InFlightEvent first = lane.waiting.peek();
    if (first == null || (!sent.isEmpty() && unconfirmedBytes + first.size > bytes)) {
      return null;
    }
    ready.remove();
    lane.queued = false;
    lane.waiting.remove();
    waiting--;
    if (first.envelope != null) {
      waitingBytes -= first.size;
    }
    sent.add(first);
    unconfirmedBytes += first.size;
    lane.unconfirmed++;
    lane.unconfirmedBytes += first.size;
    offer(lane);
    return first;
  }

  /** The event is the broker's, or nobody's: its lane goes on. */
  void done(InFlightEvent item) {
    settle(item);
    rejectionBackoff.taken(item.lane, clock.getAsLong());
    item.lane.backoff.reset();
    if (suspects > 0) {
      suspects--;
    }
    offer(item.lane);
    if (item.lane.idle()) {
      lanes.remove(item.lane.name);
    }
  }

  /** The event goes again at once, made smaller. */
  void again(InFlightEvent item) {
    settle(item);
    wait(item);
    offer(item.lane);
  }

  /** The event goes again after a pause, and its lane with it. */
  void hold(InFlightEvent item, long longest) {
    settle(item);
    wait(item);
    OrderingKey lane = item.lane;
    rejectionBackoff.left(lane);
    if (!lane.held) {
      lane.held = true;
      lane.retryAt = clock.getAsLong() + lane.backoff.next(longest);
      held.add(lane);
    }
  }

  /** The broker has no room for the event: its lane waits with the others that met the same. */
  void reject(InFlightEvent item) {
    settle(item);
    wait(item);
    OrderingKey lane = item.lane;
    if (!lane.held) {
      lane.held = true;
      rejectionBackoff.rejected(lane, clock.getAsLong());
    }
  }

  private void settle(InFlightEvent item) {
    item.letGo();
    sent.remove(item);
    unconfirmedBytes -= item.size;
    item.lane.unconfirmed--;
    item.lane.unconfirmedBytes -= item.size;
  }

  private void wait(InFlightEvent item) {
    if (item.envelope != null) {
      waitingBytes += item.size;
    }
    item.lane.waiting.add(item);
    waiting++;
  }

  private void offer(OrderingKey lane) {
    if (!lane.queued && !lane.held && !lane.waiting.isEmpty() && open(lane)) {
      lane.queued = true;
      ready.add(lane);
    }
  }

  private boolean open(OrderingKey lane) {
    return lane.unconfirmed == 0
        || (sink.ordering() == Sink.Ordering.PIPELINED
            && !lane.trying
            && lane.unconfirmedBytes < bytes / 4);
  }

  /** Lets lanes go whose pause is over; returns the ns until the next one is, or a long time. */
  long release() {
    long now = clock.getAsLong();
    while (!held.isEmpty() && held.peek().retryAt - now <= 0) {
      free(held.remove());
    }
    for (OrderingKey lane = rejectionBackoff.next(now);
        lane != null;
        lane = rejectionBackoff.next(now)) {
      free(lane);
    }
    OrderingKey first = held.peek();
    return Math.min(
        first == null ? Long.MAX_VALUE : first.retryAt - now, rejectionBackoff.pause(now));
  }

  private void free(OrderingKey lane) {
    lane.held = false;
    offer(lane);
  }

  /** Whether so many events wait behind stuck lanes that none is read ahead. */
  boolean crowded() {
    return waiting >= MOST_WAITING;
  }

  /** The event that has been with the broker for longest without a word. */
  @Nullable InFlightEvent oldestUnconfirmed() {
    return sent.isEmpty() ? null : sent.iterator().next();
  }

  /** Whether no event's data is held. */
  boolean isEmpty() {
    return sent.isEmpty() && waitingBytes == 0;
  }

  /** Nothing is sent any more: what is in memory is let go. */
  void letGo() {
    sent.forEach(InFlightEvent::letGo);
    lanes.values().forEach(lane -> lane.waiting.forEach(InFlightEvent::letGo));
  }

  int unconfirmed() {
    return sent.size();
  }

  /** Events that still go one at a time. */
  int suspects() {
    return suspects;
  }
}
