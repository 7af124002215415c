package dev.hookbridge.spool;

/**
 * A sink that is no longer configured. The spool keeps its cursor and events until {@link
 * Spool#release}.
 *
 * @param unconfirmed the number of events that it has not confirmed; it does not get them after
 *     {@code letGo}
 * @param dead the number of its dead letters, which are kept
 */
public record RemovedSink(String sink, long unconfirmed, long dead) {}
