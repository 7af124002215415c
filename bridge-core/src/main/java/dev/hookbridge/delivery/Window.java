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
 * Limits the bytes that a sink may hold at a time, and decides which event is sent next. An event
 * is first waiting, then sent (unconfirmed), then done or waiting again.
 *
 * <p>One ordering key gets at most a quarter of the window, so that a stuck key leaves room for the
 * others. When the events in memory fill a window, further events that wait keep only their
 * sequence number in memory. Only the sink worker's thread uses it.
 */
final class Window {
  /** The maximum number of waiting events, which need memory at least for their sequence number. */
  private static final int MOST_WAITING = 100_000;

  private final Sink sink;
  private final long bytes;
  private final Map<String, OrderingKey> keys = new HashMap<>();
  private final ArrayDeque<OrderingKey> ready = new ArrayDeque<>();
  private final PriorityQueue<OrderingKey> held =
      new PriorityQueue<>(Comparator.comparingLong((OrderingKey key) -> key.retryAt));
  private final RejectionBackoff rejectionBackoff = new RejectionBackoff();
  private final LongSupplier clock;
  private long unconfirmedBytes;
  private long waitingBytes;
  private final LinkedHashSet<InFlightEvent> sent = new LinkedHashSet<>();
  private int waiting;
  private int suspects;

  /**
   * Makes an empty window.
   *
   * @param suspects the number of events to send one at a time, because one of them ended the last
   *     sink
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

  /** Returns whether to read more: there is room, and no event in memory may be sent. */
  boolean hungry() {
    return ready.isEmpty()
        && !crowded()
        && unconfirmedBytes < bytes
        && (suspects == 0 || sent.isEmpty());
  }

  /**
   * Adds a waiting event.
   *
   * @param step how far refusals have already reduced it
   * @param share its share of the byte budget
   */
  void add(SpooledEvent stored, Reduction.Step step, ByteBudget.Share share) {
    OrderingKey key = keys.computeIfAbsent(sink.orderingKey(stored.envelope()), OrderingKey::new);
    InFlightEvent event = new InFlightEvent(stored.sequence(), key, stored.envelope());
    event.step = step;
    event.share = share;
    if (waitingBytes > 0 && waitingBytes + event.size > bytes) {
      event.envelope = null;
      event.release();
    } else {
      waitingBytes += event.size;
    }
    key.waiting.add(event);
    waiting++;
    offer(key);
  }

  /** Returns the next event that may be sent now, or null. The event then counts as sent. */
  @Nullable InFlightEvent next() {
    if (suspects > 0 && !sent.isEmpty()) {
      return null;
    }
    OrderingKey key = ready.peek();
    if (key == null) {
      return null;
    }
    InFlightEvent first = key.waiting.peek();
    if (first == null || (!sent.isEmpty() && unconfirmedBytes + first.size > bytes)) {
      return null;
    }
    ready.remove();
    key.queued = false;
    key.waiting.remove();
    waiting--;
    if (first.envelope != null) {
      waitingBytes -= first.size;
    }
    sent.add(first);
    unconfirmedBytes += first.size;
    key.unconfirmed++;
    key.unconfirmedBytes += first.size;
    offer(key);
    return first;
  }

  /** Finishes an event, which is delivered or given up. The next event of its key may be sent. */
  void done(InFlightEvent event) {
    settle(event);
    rejectionBackoff.taken(event.key, clock.getAsLong());
    event.key.backoff.reset();
    if (suspects > 0) {
      suspects--;
    }
    offer(event.key);
    if (event.key.idle()) {
      keys.remove(event.key.name);
    }
  }

  /** Puts an event back to be sent again at once, after it was reduced. */
  void again(InFlightEvent event) {
    settle(event);
    wait(event);
    offer(event.key);
  }

  /** Puts an event back to be sent again after a pause. Its key waits, too. */
  void hold(InFlightEvent event, long longest) {
    settle(event);
    wait(event);
    OrderingKey key = event.key;
    rejectionBackoff.left(key);
    if (!key.held) {
      key.held = true;
      key.retryAt = clock.getAsLong() + key.backoff.next(longest);
      held.add(key);
    }
  }

  /**
   * Puts an event back because the broker has no room for it. Its key waits with the other rejected
   * keys.
   */
  void reject(InFlightEvent event) {
    settle(event);
    wait(event);
    OrderingKey key = event.key;
    if (!key.held) {
      key.held = true;
      rejectionBackoff.rejected(key, clock.getAsLong());
    }
  }

  private void settle(InFlightEvent event) {
    event.release();
    sent.remove(event);
    unconfirmedBytes -= event.size;
    event.key.unconfirmed--;
    event.key.unconfirmedBytes -= event.size;
  }

  private void wait(InFlightEvent event) {
    if (event.envelope != null) {
      waitingBytes += event.size;
    }
    event.key.waiting.add(event);
    waiting++;
  }

  private void offer(OrderingKey key) {
    if (!key.queued && !key.held && !key.waiting.isEmpty() && open(key)) {
      key.queued = true;
      ready.add(key);
    }
  }

  private boolean open(OrderingKey key) {
    return key.unconfirmed == 0
        || (sink.ordering() == Sink.Ordering.PIPELINED
            && !key.trying
            && key.unconfirmedBytes < bytes / 4);
  }

  /**
   * Frees the keys whose pause is over. Returns the ns until the next pause ends, or a very long
   * time.
   */
  long release() {
    long now = clock.getAsLong();
    while (!held.isEmpty() && held.peek().retryAt - now <= 0) {
      free(held.remove());
    }
    for (OrderingKey key = rejectionBackoff.next(now);
        key != null;
        key = rejectionBackoff.next(now)) {
      free(key);
    }
    OrderingKey first = held.peek();
    return Math.min(
        first == null ? Long.MAX_VALUE : first.retryAt - now, rejectionBackoff.pause(now));
  }

  private void free(OrderingKey key) {
    key.held = false;
    offer(key);
  }

  /** Returns whether too many events wait to read more of them. */
  boolean crowded() {
    return waiting >= MOST_WAITING;
  }

  /** Returns the event that has waited longest for the broker's outcome. */
  @Nullable InFlightEvent oldestUnconfirmed() {
    return sent.isEmpty() ? null : sent.iterator().next();
  }

  /** Returns whether the window holds no event data. */
  boolean isEmpty() {
    return sent.isEmpty() && waitingBytes == 0;
  }

  /** Releases the memory of all events, because nothing is sent any more. */
  void letGo() {
    sent.forEach(InFlightEvent::release);
    keys.values().forEach(key -> key.waiting.forEach(InFlightEvent::release));
  }

  int unconfirmed() {
    return sent.size();
  }

  /** Returns the number of events that are still sent one at a time. */
  int suspects() {
    return suspects;
  }
}
