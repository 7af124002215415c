/**
 * The Prometheus registry, and the pages {@code /metrics}, {@code /healthy} and {@code /ready}. The
 * stages use a {@code MeterRegistry} and do not know this package. The entry point is {@link
 * dev.hookbridge.metrics.MetricsServer}.
 */
@NullMarked
package dev.hookbridge.metrics;

import org.jspecify.annotations.NullMarked;
