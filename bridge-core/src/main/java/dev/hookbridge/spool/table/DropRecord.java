package dev.hookbridge.spool.table;

import java.util.List;
import java.util.OptionalLong;

/**
 * Events that the spool dropped or lost before every sink had them. An event of type {@code
 * dev.hookbridge.lost.v1} reports them.
 *
 * @param number the number of this record, for {@code Batch.reporting}
 * @param where always {@code spool}
 * @param reason {@code max-bytes}, {@code disk-full}, {@code damaged} or {@code rolled-back}
 * @param sinks the sinks that had not confirmed the events, sorted; empty when there was no sink
 * @param count the number of events, empty when unknown
 * @param first the lowest sequence number of them, empty when unknown
 * @param last the highest sequence number of them, empty when unknown
 * @param firstTime the {@code time} of the first event, {@code ""} when unknown
 * @param lastTime the {@code time} of the last event, {@code ""} when unknown
 */
public record DropRecord(
    long number,
    String where,
    String reason,
    List<String> sinks,
    OptionalLong count,
    OptionalLong first,
    OptionalLong last,
    String firstTime,
    String lastTime) {}
