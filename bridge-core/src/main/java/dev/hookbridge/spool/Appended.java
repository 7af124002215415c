package dev.hookbridge.spool;

/**
 * What became of a batch. Whatever the counts, nothing of {@link Batch#taken()} needs to be brought
 * again.
 *
 * @param stored how many events were numbered and stored
 * @param skipped how many were remembered from before, and are in the spool already
 * @param dropped how many went by {@link WhenFull#DROP_NEWEST}, with a record that says so
 * @param ownStored whether {@link Batch#own()} was stored and what it told is settled; false only
 *     when the spool is full, then nothing of it happened and it may be brought again
 * @param last the highest number given so far
 */
public record Appended(int stored, int skipped, int dropped, boolean ownStored, long last) {}
