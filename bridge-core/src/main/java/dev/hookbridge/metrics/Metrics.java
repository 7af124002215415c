package dev.hookbridge.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** Creates the registry for the meters of all stages, the JVM and the process. */
public final class Metrics {
  private Metrics() {}

  /**
   * Returns a new registry for one agent.
   *
   * @param version the agent's version, for a label
   */
  public static PrometheusMeterRegistry registry(String version) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    registry
        .config()
        .meterFilter(new HistogramConfig()); // before the first meter, or it has no effect
    Gauge.builder("hookbridge.build.info", () -> 1)
        .tag("version", version)
        .description("1, with the version as a label")
        .register(registry);
    Gauge.builder("hookbridge.time", () -> System.currentTimeMillis() / 1e3)
        .baseUnit("seconds")
        .description("This host's clock, seconds since 1970")
        .register(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    return registry;
  }
}
