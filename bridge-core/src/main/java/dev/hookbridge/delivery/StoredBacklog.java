package dev.hookbridge.delivery;

import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.sqlite.SpoolException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What of a sink's events only the spool's file knows, as it was looked up last.
 *
 * @param oldest when the oldest event that waits was called
 * @param dead how many dead letters there are, not a number when that is not known
 */
record StoredBacklog(@Nullable Instant oldest, double dead) {
  /** Before the first look; unknown is not zero. */
  static final StoredBacklog UNKNOWN = new StoredBacklog(null, Double.NaN);

  static StoredBacklog of(Spool spool, String sink) throws SpoolException {
    return new StoredBacklog(spool.oldest(sink).orElse(null), spool.deadLetters().count(sink));
  }

  /** How old the oldest is by now, 0 when there was none. */
  double oldestSeconds() {
    if (oldest == null) {
      return Double.isNaN(dead) ? Double.NaN : 0;
    }
    return Math.max(0, Duration.between(oldest, Instant.now()).toMillis() / 1000.0);
  }
}
