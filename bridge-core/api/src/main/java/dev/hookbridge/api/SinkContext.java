package dev.hookbridge.api;

import io.micrometer.core.instrument.MeterRegistry;

/**
 * The context of a sink.
 *
 * @param name the sink's name in the configuration; the value of the label {@code sink}
 * @param host the name of the host whose events the sink carries
 * @param meters the registry for metrics of a client library
 */
public record SinkContext(String name, String host, MeterRegistry meters) {}
