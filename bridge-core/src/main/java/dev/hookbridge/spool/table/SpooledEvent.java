package dev.hookbridge.spool.table;

import dev.hookbridge.api.Envelope;

/**
 * An event of the spool.
 *
 * @param sequence its number, from 1, contiguous in the spool
 * @param envelope with the attributes {@code sequence} (20 digits) and {@code epoch}
 */
public record SpooledEvent(long sequence, Envelope envelope) {}
