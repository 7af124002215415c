package dev.hookbridge.spool;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;

/** {@code hookbridge.spool.events}, {@code .bytes}, {@code .limit} and {@code .commit}. */
final class SpoolMeters implements AutoCloseable {
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5)
  };

  private final MeterRegistry registry;
  private final Timer commits;
  private final List<Meter> meters;

  /**
   * @param limit what {@link Spool#bytes} may reach
   */
  SpoolMeters(MeterRegistry registry, Spool spool, long limit) {
    this.registry = registry;
    this.commits =
        Timer.builder("hookbridge.spool.commit")
            .description("How long it took to make a batch durable")
            .serviceLevelObjectives(BUCKETS)
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
            Gauge.builder("hookbridge.spool.limit", () -> limit)
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
