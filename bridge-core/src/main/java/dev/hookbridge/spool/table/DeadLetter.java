package dev.hookbridge.spool.table;

/**
 * An event that a sink's broker cannot accept as it is.
 *
 * @param number the dead letter number, used in commands
 * @param sequence the number that the event had in the spool
 * @param parked the time when it became a dead letter, as RFC 3339 text
 * @param reason the word of a {@link dev.hookbridge.api.Reason}
 * @param detail the explanation of the broker or the client
 * @param retry whether a retry is requested
 * @param size the size of the event in bytes
 * @param object the raw name; sanitize it before showing it on a terminal
 */
public record DeadLetter(
    long number,
    String sink,
    long sequence,
    String parked,
    String reason,
    String detail,
    boolean retry,
    int size,
    String id,
    String type,
    String object) {}
