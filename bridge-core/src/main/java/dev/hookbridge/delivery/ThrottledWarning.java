package dev.hookbridge.delivery;

import dev.hookbridge.api.Reason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the problems of a sink. It logs the first problem of a reason at once, then at most one line
 * per minute for that reason, then the end of the problems. A problem that comes and goes also
 * gives one line per minute, for instance when one key is stuck, or one guest's events are refused
 * while all others are delivered.
 */
final class ThrottledWarning {
  private static final Logger LOG = LoggerFactory.getLogger(SinkWorker.class);
  private static final long QUIET = TimeUnit.MINUTES.toNanos(1);

  private final String sink;
  private final Map<Reason, Long> reportedAt = new EnumMap<>(Reason.class);
  private boolean reported;
  private boolean connectedBefore;
  private long since;
  private volatile String problem = "";

  ThrottledWarning(String sink) {
    this.sink = sink;
  }

  void raise(Reason reason, String detail) {
    since++;
    problem = reason.word() + ": " + detail;
    long now = System.nanoTime();
    Long last = reportedAt.get(reason);
    if (last == null || now - last > QUIET) {
      LOG.warn("sink {}: {} ({}); {} so far, going on", sink, detail, reason.word(), since);
      reportedAt.put(reason, now);
      reported = true;
    }
  }

  /** Logs a connection when it is the first one, or when a problem was logged before. */
  void connected(String destination) {
    if (!connectedBefore || reported) {
      LOG.info("sink {}: connected{}", sink, destination.isEmpty() ? "" : " to " + destination);
    }
    connectedBefore = true;
  }

  void over() {
    problem = "";
    if (reported) {
      LOG.info("sink {}: events are taken again, after {} failures", sink, since);
      reported = false;
      since = 0;
    }
  }

  /** Returns the latest problem as one sentence; empty when there is none. */
  String problem() {
    return problem;
  }
}
