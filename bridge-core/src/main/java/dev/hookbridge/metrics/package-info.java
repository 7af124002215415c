/**
 * The Prometheus registry and the small HTTP server that serves it. The stages use a {@code
 * MeterRegistry} and do not know this package. The entry point is {@link
 * dev.hookbridge.metrics.MetricsServer}.
 */
@NullMarked
package dev.hookbridge.metrics;

import org.jspecify.annotations.NullMarked;
