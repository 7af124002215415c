package dev.hookbridge.delivery;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Sink;
import dev.hookbridge.spool.sqlite.SpoolException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends what does not go through the window: heartbeats, and dead letters that test a route. If one
 * of them breaks the sink, the session ends.
 */
final class OutOfBandSender {
  private final SinkWorker sinkWorker;
  private final Sink sink;
  private final EventSizer sizer;
  private volatile Outcome.@Nullable Broken broken;

  OutOfBandSender(SinkWorker sinkWorker, Sink sink, EventSizer sizer) {
    this.sinkWorker = sinkWorker;
    this.sink = sink;
    this.sizer = sizer;
  }

  /** Sends a heartbeat, if there is one, and the next dead letter that tests a route. */
  void send() throws SpoolException {
    Envelope heartbeat = sinkWorker.passing();
    if (heartbeat != null) {
      send(heartbeat, outcome -> {});
    }
    RouteProbe.Attempt attempt = sinkWorker.memory().probe.next();
    if (attempt != null) {
      Envelope deadLetter = attempt.envelope();
      send(sizer.render(deadLetter, sink, Reduction.Step.NONE).envelope(), attempt::answer);
    }
  }

  private void send(Envelope envelope, Consumer<Outcome> reported) {
    sink.send(
        envelope,
        outcome -> {
          if (outcome instanceof Outcome.Broken broke) {
            broken = broke;
          } else {
            reported.accept(outcome);
          }
          sinkWorker.ring();
        });
  }

  /** Returns how a send broke the sink, null when none did. Can be called on any thread. */
  Outcome.@Nullable Broken broken() {
    return broken;
  }
}
