package dev.hookbridge.delivery;

import dev.hookbridge.api.Sink;
import dev.hookbridge.spool.Spool;
import java.time.Duration;

/**
 * For how long the largest size that a sink names is believed. No broker tells that its limit was
 * raised. So an event that is larger than the known limit makes the sink worker open another sink,
 * which learns the limit anew: when the limit was learnt some time ago, or before somebody asked
 * for this dead letter again. One for each connection.
 */
final class KnownLimit {
  private final Sink sink;
  private final Spool spool;
  private final long believed;
  private int bytes;
  private long learntAt;
  private long lastThen;

  KnownLimit(Sink sink, Spool spool, Duration believed) {
    this.sink = sink;
    this.spool = spool;
    this.believed = believed.toNanos();
    learn(sink.maxEventBytes());
  }

  private void learn(int now) {
    bytes = now;
    learntAt = System.nanoTime();
    lastThen = spool.last();
  }

  /** Whether the limit should be learnt anew before this event is made smaller. */
  boolean doubtful(InFlightEvent item, EventSizer.Rendered rendered) {
    int now = sink.maxEventBytes();
    if (now != bytes) {
      learn(now); // the broker has just refused something
    }
    return rendered.asked() > bytes
        && (System.nanoTime() - learntAt > believed || (item.replayed && item.sequence > lastThen));
  }
}
