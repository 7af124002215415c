package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Sink;
import dev.hookbridge.mailbox.ByteBudget;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.SpooledEvent;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a sink. It reads events from the cursor on, sends what the {@link Window}
 * allows, and handles outcomes, until the sink breaks or the sink worker stops. It does not wait
 * for one page to finish before it sends the next.
 *
 * <p>Everything runs on the sink worker's thread. Outcomes reach it through a queue.
 */
final class SinkSession {
  private static final int PAGE_EVENTS = 256;
  private static final int PAGE_BYTES = 1 << 20;
  private static final Duration STALLED = Duration.ofSeconds(15);
  private static final Duration DRAIN = Duration.ofSeconds(5);

  /** The longest time between two calls of {@link Sink#flush} while an event is unconfirmed. */
  private static final Duration AGAIN = Duration.ofMillis(100);

  private record Result(InFlightEvent event, Outcome outcome) {}

  private final SinkWorker sinkWorker;
  private final SinkOptions options;
  private final ReconnectState memory;
  private final Sink sink;
  private final Spool spool;
  private final Cursor cursor;
  private final Window window;
  private final RefusalHandler refusing;
  private final KnownLimit limit;
  private final PageLimit room = new PageLimit(ByteBudget.ofHeap());
  private final EventSizer sizer;
  private final OutOfBandSender outOfBand;
  private final Queue<Result> results = new ConcurrentLinkedQueue<>();
  private long readTo;
  private boolean broken;
  private boolean ending;
  private long endingAt;
  private boolean delivered;
  private int suspects;

  SinkSession(SinkWorker sinkWorker, Sink sink) {
    this.sinkWorker = sinkWorker;
    this.options = sinkWorker.options();
    this.memory = sinkWorker.memory();
    this.sink = sink;
    this.spool = sinkWorker.spool();
    this.cursor = spool.cursor(options.name());
    this.window = new Window(sink, options.windowBytes(), memory.suspects);
    this.limit = new KnownLimit(sink, spool, options.retry().relearn());
    this.refusing = new RefusalHandler(sinkWorker, window);
    this.sizer = new EventSizer(options.xml(), options.maxEventBytes());
    this.outOfBand = new OutOfBandSender(sinkWorker, sink, sizer);
    this.readTo = cursor.low();
  }

  void run() throws SpoolException {
    try {
      deliver();
    } finally {
      window.letGo();
      room.close();
    }
  }

  private void deliver() throws SpoolException {
    while (!sinkWorker.stopping()) {
      settle();
      if (broken || (ending && drained())) {
        return;
      }
      long pause = window.release();
      if (window.suspects() == 0) {
        outOfBand.send();
      }
      boolean sent = !ending && send();
      boolean read = window.hungry() && read();
      if (!sent && !read) {
        stalled();
        sink.flush();
        if (results.isEmpty()) {
          sinkWorker.sleep(window.unconfirmed() == 0 ? pause : Math.min(pause, AGAIN.toNanos()));
        }
      }
    }
  }

  /**
   * Returns whether the session can end, so that another sink learns the size limit. Events in
   * flight get 5 s to finish.
   */
  private boolean drained() {
    return window.unconfirmed() == 0 || System.nanoTime() - endingAt > 0;
  }

  /** Returns whether the broker accepted anything in this session. */
  boolean delivered() {
    return delivered;
  }

  /** Keeps what the next session must know. */
  void end() {
    memory.suspects = broken ? suspects : window.suspects();
    memory.probe.ended(broken && suspects > 0);
  }

  private boolean send() throws SpoolException {
    boolean any = false;
    while (!broken && !ending) {
      InFlightEvent event = window.next();
      if (event == null) {
        return any;
      }
      any = true;
      send(event);
      if (!results.isEmpty()) {
        settle();
      }
    }
    return any;
  }

  private void send(InFlightEvent event) throws SpoolException {
    Envelope stored = envelope(event);
    if (stored == null) {
      window.done(event);
      return;
    }
    // Most events need only the confirm after this; an event to send again is read again.
    event.envelope = null;
    event.route = stored.route();
    event.replayed = stored.attributes().containsKey("replayed");
    EventSizer.Rendered rendered = sizer.render(stored, sink, event.step);
    if (limit.doubtful(event, rendered)) {
      ending = true;
      endingAt = System.nanoTime() + DRAIN.toNanos();
      window.again(event);
      return;
    }
    event.step = rendered.step();
    if (!rendered.fits()) {
      String detail = rendered.envelope().size() + " bytes even when reduced";
      result(event, new Outcome.Refused(Reason.TOO_LARGE, detail));
      return;
    }
    event.sentAt = System.nanoTime();
    sink.send(rendered.envelope(), outcome -> result(event, outcome));
  }

  /**
   * Returns the envelope of an event. Returns null when the spool has dropped the event at its
   * limit, which it reports.
   */
  private @Nullable Envelope envelope(InFlightEvent event) throws SpoolException {
    Envelope held = event.envelope;
    if (held == null && event.share == null) {
      event.share = room.take(event.size);
    }
    return held != null ? held : spool.get(event.sequence).map(SpooledEvent::envelope).orElse(null);
  }

  private void result(InFlightEvent event, Outcome outcome) {
    results.add(new Result(event, outcome));
    sinkWorker.ring();
  }

  private boolean read() throws SpoolException {
    if (!cursor.mayReadAhead()) {
      sinkWorker.failed(
          Reason.REJECTED,
          "too many events wait behind a stuck key, none is read ahead until it goes on");
      return false;
    }
    room.prepare(window.isEmpty());
    List<SpooledEvent> page = spool.read(options.name(), readTo, PAGE_EVENTS, PAGE_BYTES, room);
    for (SpooledEvent stored : page) {
      ByteBudget.Share share = room.next();
      readTo = stored.sequence();
      if (options.include().passes(stored.envelope().route())) {
        Reduction.Step step = memory.steps.getOrDefault(readTo, Reduction.Step.NONE);
        window.add(stored, step, share);
      } else {
        share.close();
        cursor.confirm(readTo);
      }
    }
    return !page.isEmpty();
  }

  private void settle() throws SpoolException {
    for (Result result = results.poll(); result != null; result = results.poll()) {
      settle(result.event(), result.outcome());
    }
    Outcome.Broken broke = outOfBand.broken();
    if (broke != null) {
      broken(broke);
    }
  }

  private void settle(InFlightEvent event, Outcome outcome) throws SpoolException {
    if (outcome instanceof Outcome.Confirmed) {
      sinkWorker.meters().published(System.nanoTime() - event.sentAt);
      sinkWorker.well();
      if (event.route != null) {
        memory.routes.routed(event.route);
      }
      done(event);
    } else if (outcome instanceof Outcome.Discarded discarded) {
      sinkWorker.meters().failed(discarded.reason());
      done(event);
    } else if (outcome instanceof Outcome.Held heldBack) {
      sinkWorker.failed(heldBack.reason(), heldBack.detail());
      if (heldBack.reason() == Reason.REJECTED) {
        window.reject(event);
      } else {
        window.hold(event, options.retry().longest().toNanos());
      }
    } else if (outcome instanceof Outcome.Refused refused) {
      delivered |= refusing.settle(event, refused);
    } else if (outcome instanceof Outcome.Broken broke) {
      broken(broke);
    }
  }

  /** Alerts the operator about a client that retries silently and gives no outcome. */
  private void stalled() {
    InFlightEvent oldest = window.oldestUnconfirmed();
    String alarm = oldest == null ? null : sink.blocked();
    if (alarm != null) {
      sinkWorker.stalled(Reason.BLOCKED, alarm);
    } else if (oldest != null && System.nanoTime() - oldest.sentAt >= STALLED.toNanos()) {
      sinkWorker.stalled(
          Reason.TIMEOUT, "the broker has confirmed nothing for " + STALLED.toSeconds() + " s");
    }
  }

  private void done(InFlightEvent event) {
    delivered = true;
    cursor.confirm(event.sequence);
    memory.steps.remove(event.sequence);
    window.done(event);
  }

  private void broken(Outcome.Broken broke) {
    if (!broken) {
      broken = true;
      sinkWorker.failed(broke.reason(), broke.detail());
      suspects = broke.suspect() ? Math.max(1, window.unconfirmed()) : window.suspects();
    }
  }
}
