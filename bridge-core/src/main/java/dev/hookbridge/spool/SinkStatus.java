package dev.hookbridge.spool;

/**
 * Where a sink stands, as saved.
 *
 * @param low every number up to this one is confirmed
 * @param unconfirmed how many events it has not confirmed
 * @param dead how many dead letters it has
 */
public record SinkStatus(String sink, long low, long unconfirmed, long dead) {}
