package dev.hookbridge.spool;

/**
 * How far the record of losses has been told.
 *
 * @param bootId the boot in which the record was begun
 * @param offset the bytes of it that have been told
 */
public record LossPosition(String bootId, long offset) {}
