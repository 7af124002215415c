package dev.hookbridge.spool;

/**
 * The saved position of a sink.
 *
 * @param low the low-water mark: the sink has confirmed every number up to this one
 * @param unconfirmed the number of events that the sink has not confirmed
 * @param dead the number of dead letters of the sink
 */
public record SinkStatus(String sink, long low, long unconfirmed, long dead) {}
