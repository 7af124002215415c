package dev.hookbridge.delivery;

import dev.hookbridge.Reason;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A sink's trouble in the log: the first of a kind loudly, then one line a minute, then its end.
 */
final class Alert {
  private static final Logger LOG = LoggerFactory.getLogger(Courier.class);
  private static final long QUIET = TimeUnit.MINUTES.toNanos(1);

  private final String sink;
  private @Nullable Reason last;
  private long lastAt;
  private long since;
  private volatile String problem = "";

  Alert(String sink) {
    this.sink = sink;
  }

  void raise(Reason reason, String detail) {
    since++;
    problem = reason.word() + ": " + detail;
    if (reason != last || System.nanoTime() - lastAt > QUIET) {
      LOG.warn("sink {}: {} ({}); {} so far, trying again", sink, detail, reason.word(), since);
      last = reason;
      lastAt = System.nanoTime();
    }
  }

  void over() {
    if (last != null) {
      LOG.info("sink {}: events are taken again, after {} failures", sink, since);
      last = null;
      since = 0;
      problem = "";
    }
  }

  /** The last problem as one sentence, empty when there is none. */
  String problem() {
    return problem;
  }
}
