package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.SpooledEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Handles an event that a sink has refused: reduces it, tries it again for a while, or makes it a
 * dead letter. One object per connection.
 */
final class RefusalHandler {
  private static final Duration WHILE_FULL = Duration.ofSeconds(60);

  private final SinkWorker sinkWorker;
  private final Window window;
  private final long connectedAt = System.nanoTime();

  RefusalHandler(SinkWorker sinkWorker, Window window) {
    this.sinkWorker = sinkWorker;
    this.window = window;
  }

  /** Handles a refusal. Returns true when the event has become a dead letter. */
  boolean settle(InFlightEvent event, Outcome.Refused refused) throws SpoolException {
    if (refused.reason() == Reason.TOO_LARGE && event.step != Reduction.Step.ARRAYS) {
      event.step = event.step.next();
      sinkWorker
          .memory()
          .steps
          .put(event.sequence, event.step); // kept for the next sink, if this one breaks now
      window.again(event);
      return false;
    }
    if (refused.reason() == Reason.UNROUTABLE && mayBeRoutedSoon(event)) {
      sinkWorker.failed(
          refused.reason(),
          refused.detail() + ": bind a queue for it, it is tried again meanwhile");
      window.hold(event, sinkWorker.options().retry().longest().toNanos());
      return false;
    }
    return park(event, refused);
  }

  /**
   * Returns whether to wait for a route. A replayed dead letter does not wait: it has already
   * waited, and other events wait behind it.
   */
  private boolean mayBeRoutedSoon(InFlightEvent event) {
    return !event.replayed
        && event.route != null
        && !sinkWorker.memory().routes.overdue(event.route, System.nanoTime(), connectedAt);
  }

  private boolean park(InFlightEvent event, Outcome.Refused refused) throws SpoolException {
    Optional<SpooledEvent> stored = sinkWorker.spool().get(event.sequence);
    if (stored.isEmpty()) {
      window.done(event);
      return false;
    }
    sinkWorker.failed(refused.reason(), "refused: " + refused.detail());
    String sink = sinkWorker.name();
    boolean reportedBefore = event.replayed && refused.reason() == Reason.UNROUTABLE;
    List<Envelope> reported =
        reportedBefore
            ? List.of()
            : sinkWorker
                .reports()
                .refused(sink, stored.get().envelope(), refused.reason(), refused.detail());
    boolean parked =
        sinkWorker
            .spool()
            .deadLetters()
            .park(sink, stored.get(), refused.reason(), refused.detail(), reported);
    if (parked) {
      sinkWorker.memory().steps.remove(event.sequence);
      window.done(event);
    } else {
      sinkWorker.failed(
          refused.reason(),
          "the dead-letter table is full: look at 'hookbridge spool dead list', then retry or export");
      window.hold(event, WHILE_FULL.toNanos());
    }
    return parked;
  }
}
