package dev.hookbridge.delivery;

import dev.hookbridge.api.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** The metrics of one sink. {@code docs/metrics.md} lists them. */
final class SinkWorkerMeters {
  private final MeterRegistry registry;
  private final String sink;
  private final Counter published;
  private final Timer publish;

  SinkWorkerMeters(MeterRegistry registry, String sink, SinkWorker sinkWorker) {
    this.registry = registry;
    this.sink = sink;
    this.published =
        Counter.builder("hookbridge.sink.published")
            .tag("sink", sink)
            .description("Events the sink's broker has confirmed")
            .register(registry);
    this.publish =
        Timer.builder("hookbridge.sink.publish")
            .tag("sink", sink)
            .description("From handing an event to the client to the broker's confirmation")
            .register(registry);
    Gauge.builder("hookbridge.sink.connected", sinkWorker, c -> c.connected() ? 1 : 0)
        .tag("sink", sink)
        .description("1 while the sink has a connection")
        .register(registry);
    Gauge.builder("hookbridge.sink.lag.events", sinkWorker, SinkWorker::lag)
        .tag("sink", sink)
        .description("Events the sink's broker has not confirmed")
        .register(registry);
    Gauge.builder("hookbridge.sink.oldest.event.age", sinkWorker, SinkWorker::oldestSeconds)
        .tag("sink", sink)
        .baseUnit("seconds")
        .description("Age of the oldest event the sink's broker has not confirmed")
        .register(registry);
    Gauge.builder("hookbridge.dead.letters", sinkWorker, SinkWorker::dead)
        .tag("sink", sink)
        .description("Dead letters of the sink")
        .register(registry);
    failures(Reason.UNREACHABLE);
  }

  void published(long nanos) {
    published.increment();
    publish.record(Duration.ofNanos(nanos));
  }

  void failed(Reason reason) {
    failures(reason).increment();
  }

  private Counter failures(Reason reason) {
    return Counter.builder("hookbridge.sink.failures")
        .tag("sink", sink)
        .tag("reason", reason.word())
        .description("Attempts that did not end in a confirmation")
        .register(registry);
  }
}
