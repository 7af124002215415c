package dev.hookbridge.delivery;

import dev.hookbridge.api.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides how long an event that the broker has returned as unroutable is tried again. After a
 * broker's restart, or while an operator creates a queue again, a route is missing only for a time.
 * So an event waits before it becomes a dead letter. If a queue was never bound, events wait only
 * once and not one by one. For this, the time counts for the kind (driver, operation,
 * suboperation), for the object, and for both together. It starts again when an event of that kind
 * or of that object was routed.
 *
 * <p>Only the sink worker's thread uses it. Times are those of {@link System#nanoTime}.
 */
final class Routes {
  private static final int MOST = 10_000;

  private final SinkOptions.Retry retry;
  private final Map<String, Long> until =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MOST;
        }
      };

  Routes(SinkOptions.Retry retry) {
    this.retry = retry;
  }

  /**
   * Records that an event was returned.
   *
   * @param connectedAt the time when the connection began; a route that is missing soon after that
   *     gets more time
   * @return whether the event was tried again for long enough
   */
  boolean overdue(Route route, long now, long connectedAt) {
    long usual = now + retry.unrouted().toNanos();
    long atFirst = connectedAt + retry.unroutedAtFirst().toNanos();
    long deadline = atFirst - usual > 0 ? atFirst : usual;
    boolean overdue = false;
    for (String part : parts(route)) {
      overdue |= now - until.computeIfAbsent(part, unknown -> deadline) >= 0;
    }
    return overdue;
  }

  /** Records that an event was routed. */
  void routed(Route route) {
    if (!until.isEmpty()) {
      parts(route).forEach(until::remove);
    }
  }

  private static List<String> parts(Route route) {
    String kind = route.driver() + "." + route.operation() + "." + route.suboperation();
    return List.of(kind, "." + route.object(), kind + "." + route.object());
  }
}
