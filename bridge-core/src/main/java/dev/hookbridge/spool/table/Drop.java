package dev.hookbridge.spool.table;

import java.util.List;
import java.util.OptionalLong;

/**
 * Events that the spool let go before every sink had them; told by an event of type {@code
 * dev.hookbridge.lost.v1}.
 *
 * @param number names this record in {@code Batch.telling}
 * @param where always {@code spool}
 * @param reason {@code max-bytes}, {@code disk-full}, {@code damaged} or {@code rolled-back}
 * @param sinks those that had not confirmed them, sorted; empty when there was no sink
 * @param count how many, empty when unknown
 * @param first the lowest number of them, empty when unknown
 * @param last the highest number of them, empty when unknown
 * @param firstTime the {@code time} of the first, {@code ""} when unknown
 * @param lastTime the {@code time} of the last, {@code ""} when unknown
 */
public record Drop(
    long number,
    String where,
    String reason,
    List<String> sinks,
    OptionalLong count,
    OptionalLong first,
    OptionalLong last,
    String firstTime,
    String lastTime) {}
