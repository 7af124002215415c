package dev.hookbridge.api;

import io.micrometer.core.instrument.MeterRegistry;

/**
 * What a sink may know of its surroundings.
 *
 * @param name the sink's name in the configuration; the value of the label {@code sink}
 * @param host the name of the host whose events it carries
 * @param meters where a client library may show meters of its own
 */
public record SinkContext(String name, String host, MeterRegistry meters) {}
