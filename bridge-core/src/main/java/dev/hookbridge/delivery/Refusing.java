package dev.hookbridge.delivery;

import dev.hookbridge.Envelope;
import dev.hookbridge.Outcome;
import dev.hookbridge.Reason;
import dev.hookbridge.spool.SpoolException;
import dev.hookbridge.spool.Stored;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of an event that a sink has refused: it is made smaller, or tried again for a while,
 * or it becomes a dead letter. One for each connection.
 */
final class Refusing {
  private static final Duration WHILE_FULL = Duration.ofSeconds(60);

  private final Courier courier;
  private final Window window;
  private final long connectedAt = System.nanoTime();

  Refusing(Courier courier, Window window) {
    this.courier = courier;
    this.window = window;
  }

  /** Returns whether the event is done with. */
  boolean settle(Item item, Outcome.Refused refused) throws SpoolException {
    if (refused.reason() == Reason.TOO_LARGE && item.step != Reduction.Step.ARRAYS) {
      item.step = item.step.next();
      courier
          .memory()
          .steps
          .put(item.sequence, item.step); // outlives this sink, should it break now
      window.again(item);
      return false;
    }
    if (refused.reason() == Reason.UNROUTABLE && mayBeRoutedSoon(item)) {
      courier.failed(
          refused.reason(),
          refused.detail() + ": bind a queue for it, it is tried again meanwhile");
      window.hold(item, courier.plan().retry().longest().toNanos());
      return false;
    }
    return park(item, refused);
  }

  /** Not one that was a dead letter already: it has had its time, and others wait behind it. */
  private boolean mayBeRoutedSoon(Item item) {
    return !item.replayed
        && item.route != null
        && !courier.memory().routes.overdue(item.route, System.nanoTime(), connectedAt);
  }

  private boolean park(Item item, Outcome.Refused refused) throws SpoolException {
    Optional<Stored> stored = courier.spool().get(item.sequence);
    if (stored.isEmpty()) {
      window.done(item);
      return false;
    }
    courier.failed(refused.reason(), "refused: " + refused.detail());
    String sink = courier.name();
    boolean toldBefore = item.replayed && refused.reason() == Reason.UNROUTABLE;
    List<Envelope> told =
        toldBefore
            ? List.of()
            : courier
                .reports()
                .refused(sink, stored.get().envelope(), refused.reason(), refused.detail());
    boolean parked =
        courier
            .spool()
            .deadLetters()
            .park(sink, stored.get(), refused.reason(), refused.detail(), told);
    if (parked) {
      courier.memory().steps.remove(item.sequence);
      window.done(item);
    } else {
      courier.failed(
          refused.reason(),
          "the dead-letter table is full: look at 'hookbridge spool dead list', then retry or export");
      window.hold(item, WHILE_FULL.toNanos());
    }
    return parked;
  }
}
