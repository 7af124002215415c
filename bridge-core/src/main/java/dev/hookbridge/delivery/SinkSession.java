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

  private record Result(InFlightEvent item, Outcome outcome) {}

  private final SinkWorker sinkWorker;
  private final SinkOptions plan;
  private final ReconnectState memory;
  private final Sink sink;
  private final Spool spool;
  private final Cursor cursor;
  private final Window window;
  private final RefusalHandler refusing;
  private final KnownLimit limit;
  private final PageAdmission room = new PageAdmission(ByteBudget.ofHeap());
  private final EventSizer rendering;
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
    this.plan = sinkWorker.plan();
    this.memory = sinkWorker.memory();
    this.sink = sink;
    this.spool = sinkWorker.spool();
    this.cursor = spool.cursor(plan.name());
    this.window = new Window(sink, plan.windowBytes(), memory.suspects);
    this.limit = new KnownLimit(sink, spool, plan.retry().relearn());
    this.refusing = new RefusalHandler(sinkWorker, window);
    this.rendering = new EventSizer(plan.xml(), plan.maxEventBytes());
    this.outOfBand = new OutOfBandSender(sinkWorker, sink, rendering);
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
          sinkWorker.sleep(pause);
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
      InFlightEvent item = window.next();
      if (item == null) {
        return any;
      }
      any = true;
      send(item);
      if (!results.isEmpty()) {
        settle();
      }
    }
    return any;
  }

  private void send(InFlightEvent item) throws SpoolException {
    Envelope stored = envelope(item);
    if (stored == null) {
      window.done(item);
      return;
    }
    // Most events need only the confirm after this; an event to send again is read again.
    item.envelope = null;
    item.route = stored.route();
    item.replayed = stored.attributes().containsKey("replayed");
    EventSizer.Rendered rendered = rendering.render(stored, sink, item.step);
    if (limit.doubtful(item, rendered)) {
      ending = true;
      endingAt = System.nanoTime() + DRAIN.toNanos();
      window.again(item);
      return;
    }
    item.step = rendered.step();
    if (!rendered.fits()) {
      String detail = rendered.envelope().size() + " bytes even when reduced";
      result(item, new Outcome.Refused(Reason.TOO_LARGE, detail));
      return;
    }
    item.sentAt = System.nanoTime();
    sink.send(rendered.envelope(), outcome -> result(item, outcome));
  }

  /**
   * Returns the envelope of an event. Returns null when the spool has dropped the event at its
   * limit, which it reports.
   */
  private @Nullable Envelope envelope(InFlightEvent item) throws SpoolException {
    Envelope held = item.envelope;
    if (held == null && item.share == null) {
      item.share = room.take(item.size);
    }
    return held != null ? held : spool.get(item.sequence).map(SpooledEvent::envelope).orElse(null);
  }

  private void result(InFlightEvent item, Outcome outcome) {
    results.add(new Result(item, outcome));
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
    List<SpooledEvent> page = spool.read(plan.name(), readTo, PAGE_EVENTS, PAGE_BYTES, room);
    for (SpooledEvent stored : page) {
      ByteBudget.Share share = room.next();
      readTo = stored.sequence();
      if (plan.include().passes(stored.envelope().route())) {
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
      settle(result.item(), result.outcome());
    }
    Outcome.Broken broke = outOfBand.broken();
    if (broke != null) {
      broken(broke);
    }
  }

  private void settle(InFlightEvent item, Outcome outcome) throws SpoolException {
    if (outcome instanceof Outcome.Confirmed) {
      sinkWorker.meters().published(System.nanoTime() - item.sentAt);
      sinkWorker.well();
      if (item.route != null) {
        memory.routes.routed(item.route);
      }
      done(item);
    } else if (outcome instanceof Outcome.Discarded discarded) {
      sinkWorker.meters().failed(discarded.reason());
      done(item);
    } else if (outcome instanceof Outcome.Held heldBack) {
      sinkWorker.failed(heldBack.reason(), heldBack.detail());
      if (heldBack.reason() == Reason.REJECTED) {
        window.reject(item);
      } else {
        window.hold(item, plan.retry().longest().toNanos());
      }
    } else if (outcome instanceof Outcome.Refused refused) {
      delivered |= refusing.settle(item, refused);
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

  private void done(InFlightEvent item) {
    delivered = true;
    cursor.confirm(item.sequence);
    memory.steps.remove(item.sequence);
    window.done(item);
  }

  private void broken(Outcome.Broken broke) {
    if (!broken) {
      broken = true;
      sinkWorker.failed(broke.reason(), broke.detail());
      suspects = broke.suspect() ? Math.max(1, window.unconfirmed()) : window.suspects();
    }
  }
}
