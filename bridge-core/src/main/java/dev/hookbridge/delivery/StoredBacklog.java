package dev.hookbridge.delivery;

import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.sqlite.SpoolException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What only the spool's file knows about a sink's events, at the latest read.
 *
 * @param oldest the time of the hook call of the oldest unconfirmed event, null when there is none
 * @param dead the number of dead letters, {@code NaN} when it is unknown
 */
record StoredBacklog(@Nullable Instant oldest, double dead) {
  /** The value before the first read. Unknown is not zero. */
  static final StoredBacklog UNKNOWN = new StoredBacklog(null, Double.NaN);

  static StoredBacklog of(Spool spool, String sink) throws SpoolException {
    return new StoredBacklog(spool.oldest(sink).orElse(null), spool.deadLetters().count(sink));
  }

  /**
   * Returns the current age of the oldest event in seconds; 0 when there was none, {@code NaN} when
   * it is unknown.
   */
  double oldestSeconds() {
    if (oldest == null) {
      return Double.isNaN(dead) ? Double.NaN : 0;
    }
    return Math.max(0, Duration.between(oldest, Instant.now()).toMillis() / 1000.0);
  }
}
