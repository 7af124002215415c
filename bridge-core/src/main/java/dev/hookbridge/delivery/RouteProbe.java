package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.spool.DeadLetters;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DeadTable;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tests whether unroutable dead letters have a route again. A broker offers no query for this. So
 * the oldest dead letter of each route is published from time to time, one after the other. If it
 * is confirmed, that was an extra copy: all unroutable dead letters of its key are then sent again,
 * in their order and with new sequence numbers.
 *
 * <p>It lives as long as its sink worker. Only the sink worker's thread uses it, except for {@link
 * Attempt#answer}.
 */
final class RouteProbe {
  private static final Logger LOG = LoggerFactory.getLogger(SinkWorker.class);
  private static final int AT_ONCE = 100;

  /** A dead letter that is published to test its route. */
  static final class Attempt {
    private final DeadTable.Unrouted deadLetter;
    private final Envelope envelope;
    private volatile @Nullable Outcome outcome;

    private Attempt(DeadTable.Unrouted deadLetter, Envelope envelope) {
      this.deadLetter = deadLetter;
      this.envelope = envelope;
    }

    Envelope envelope() {
      return envelope.with("replayed", "true");
    }

    /** Sets the outcome. Can be called on any thread. */
    void answer(Outcome reported) {
      outcome = reported;
    }
  }

  private final SinkOptions options;
  private final DeadLetters deadLetters;
  private final Routes routes;
  private final ArrayDeque<DeadTable.Unrouted> queue = new ArrayDeque<>();
  private long after;
  private long nextAt = System.nanoTime();
  private @Nullable Attempt underWay;

  RouteProbe(SinkOptions options, DeadLetters deadLetters, Routes routes) {
    this.options = options;
    this.deadLetters = deadLetters;
    this.routes = routes;
  }

  /**
   * Ends the current attempt, because the connection has ended. The next connection starts with a
   * test.
   *
   * @param suspect whether the sink broke, and one of its outstanding events may be the cause
   */
  void ended(boolean suspect) {
    // Waits if this attempt may have ended the connection, or it would end each connection.
    boolean harmful = suspect && underWay != null;
    nextAt = System.nanoTime() + (harmful ? options.retry().relearn().toNanos() : 0);
    underWay = null;
    queue.clear();
  }

  /**
   * Returns the next dead letter to publish. Returns null while one is in flight or it is not time
   * yet.
   */
  @Nullable Attempt next() throws SpoolException {
    Attempt last = underWay;
    if (last != null) {
      Outcome outcome = last.outcome;
      if (outcome == null) {
        return null;
      }
      underWay = null;
      settle(last, outcome);
    }
    if (queue.isEmpty() && System.nanoTime() - nextAt >= 0) {
      load();
    }
    return take();
  }

  private @Nullable Attempt take() throws SpoolException {
    while (!queue.isEmpty()) {
      DeadTable.Unrouted deadLetter = queue.remove();
      Optional<Envelope> event = deadLetters.event(deadLetter.number());
      if (event.isPresent()) {
        underWay = new Attempt(deadLetter, event.get());
        return underWay;
      }
    }
    return null;
  }

  /**
   * Loads the next dead letters after the latest ones. Starts again from the first after the last
   * one.
   */
  private void load() throws SpoolException {
    nextAt = System.nanoTime() + options.retry().probe().toNanos();
    queue.addAll(deadLetters.unrouted(options.name(), after, AT_ONCE));
    after = queue.size() < AT_ONCE ? 0 : queue.getLast().number();
  }

  private void settle(Attempt attempt, Outcome outcome) throws SpoolException {
    if (outcome instanceof Outcome.Confirmed) {
      routes.routed(attempt.envelope.route());
      String key = attempt.deadLetter.key();
      int again = deadLetters.retryUnrouted(options.name(), key);
      LOG.debug("sink {}: {} dead letters have a route again and are sent", options.name(), again);
      queue.removeIf(other -> other.key().equals(key));
      nextAt = System.nanoTime(); // others probably have a route, too
    } else if (outcome instanceof Outcome.Held) {
      queue.clear();
    }
  }
}
