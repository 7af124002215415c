package dev.hookbridge.spool;

/**
 * A sink that is no longer configured, with its place in the spool until that is let go.
 *
 * @param unconfirmed events that it has not confirmed, and will not get once it is let go
 * @param dead its dead letters, which are kept
 */
public record RemovedSink(String sink, long unconfirmed, long dead) {}
