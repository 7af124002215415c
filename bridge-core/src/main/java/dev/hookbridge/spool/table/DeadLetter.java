package dev.hookbridge.spool.table;

/**
 * An event that a sink's broker cannot take as it is.
 *
 * @param number names it in commands
 * @param sequence the number under which it was in the spool
 * @param parked when, as RFC 3339 text
 * @param reason the word of a {@link dev.hookbridge.api.Reason}
 * @param detail what the broker or the client said
 * @param retry whether it has been asked to be sent again
 * @param size of the event, in bytes
 * @param object the raw name, which a person's terminal must not get as it is
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
