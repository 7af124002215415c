package dev.hookbridge.spool.table;

import dev.hookbridge.api.Envelope;

/**
 * An event in the spool.
 *
 * @param sequence the sequence number: from 1, without gaps
 * @param envelope the envelope with the attributes {@code sequence} (20 digits) and {@code epoch}
 */
public record SpooledEvent(long sequence, Envelope envelope) {}
