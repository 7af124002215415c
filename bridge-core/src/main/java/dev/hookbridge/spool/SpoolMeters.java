package dev.hookbridge.spool;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;

/**
 * The metrics {@code hookbridge.spool.events}, {@code .bytes}, {@code .limit} and {@code .commit}.
 */
final class SpoolMeters implements AutoCloseable {
  private final MeterRegistry registry;
  private final Timer commits;
  private final List<Meter> meters;

  SpoolMeters(MeterRegistry registry, Spool spool) {
    this.registry = registry;
    this.commits =
        Timer.builder("hookbridge.spool.commit")
            .description("How long it took to make a batch durable")
            .register(registry);
    this.meters =
        List.of(
            commits,
            Gauge.builder("hookbridge.spool.events", spool, Spool::events)
                .description("Events held")
                .register(registry),
            Gauge.builder("hookbridge.spool.bytes", spool, Spool::bytes)
                .description("What the spool takes on disk")
                .baseUnit("bytes")
                .register(registry),
            Gauge.builder("hookbridge.spool.limit", spool, Spool::limit)
                .description("What the spool may take before events are dropped")
                .baseUnit("bytes")
                .register(registry));
  }

  void committed(long nanos) {
    commits.record(Duration.ofNanos(nanos));
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
  }
}
