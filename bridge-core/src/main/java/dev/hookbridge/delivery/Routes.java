package dev.hookbridge.delivery;

import dev.hookbridge.api.Route;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which events the broker has returned because no queue was bound for them, and until when such an
 * event is tried again. After a broker's restart, or while an operator makes a queue anew, a route
 * is missing for a time only, so an event waits before it becomes a dead letter. A route that
 * nobody has bound makes events wait once and not each of them: the time counts for the kind
 * (driver, operation, suboperation), for the object, and for both together. It begins anew when an
 * event of that kind or of that object was routed.
 *
 * <p>Used by the sink worker's thread alone; times are those of {@link System#nanoTime}.
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
   * An event was returned.
   *
   * @param connectedAt when the connection began: what was missing soon after it gets more time
   * @return whether it has been tried again for long enough
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

  /** An event was routed. */
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
