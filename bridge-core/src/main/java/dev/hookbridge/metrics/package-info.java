/**
 * What a site watches: the Prometheus registry and the small HTTP server that shows it. The stages
 * take a {@code MeterRegistry} and know nothing of this room. The door is {@link
 * dev.hookbridge.metrics.MetricsServer}.
 */
@NullMarked
package dev.hookbridge.metrics;

import org.jspecify.annotations.NullMarked;
