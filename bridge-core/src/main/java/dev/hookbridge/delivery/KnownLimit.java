package dev.hookbridge.delivery;

import dev.hookbridge.api.Sink;
import dev.hookbridge.spool.Spool;
import java.time.Duration;

/**
 * Decides whether the size limit that a sink reports may be outdated. No broker reports that its
 * limit was raised. So the sink worker opens a new sink, which learns the limit again, for an event
 * that is larger than the known limit. It does so only if the limit was learned some time ago, or
 * if the event is a dead letter that was replayed after that. One object per connection.
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

  /** Returns whether the sink should learn the limit again before this event is reduced. */
  boolean doubtful(InFlightEvent event, EventSizer.Rendered rendered) {
    int now = sink.maxEventBytes();
    if (now != bytes) {
      learn(now); // the broker has just refused an event
    }
    return rendered.asked() > bytes
        && (System.nanoTime() - learntAt > believed
            || (event.replayed && event.sequence > lastThen));
  }
}
