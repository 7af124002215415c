package dev.hookbridge.spool;

/**
 * A sink that is no longer configured and whose place in the spool has been given up.
 *
 * @param unconfirmed events that it had not confirmed and will not get
 * @param dead its dead letters, which are kept
 */
public record Orphan(String sink, long unconfirmed, long dead) {}
