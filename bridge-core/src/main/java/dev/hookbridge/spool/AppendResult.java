package dev.hookbridge.spool;

/**
 * The result of {@link Spool#append}. Do not append the events of {@link Batch#taken()} again,
 * whatever the counts are.
 *
 * @param stored the number of events that got a sequence number and were stored
 * @param skipped the number of events that were skipped, because their ids are remembered: the
 *     spool has stored them before
 * @param dropped the number of events that were dropped by {@link WhenFull#DROP_NEWEST}; the drop
 *     is recorded
 * @param ownStored whether {@link Batch#own()} was stored, and the losses that it reports are
 *     settled; false only when the spool is full. In that case nothing of it was stored, and the
 *     caller may append it again
 * @param last the highest sequence number so far
 */
public record AppendResult(int stored, int skipped, int dropped, boolean ownStored, long last) {}
