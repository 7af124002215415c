package dev.hookbridge.status;

/**
 * The attributes of an event that the page shows. It contains none of the event's data.
 *
 * @param sequence the event's number in the spool
 * @param time the attribute {@code time}; may be empty
 * @param subject the attribute {@code subject}; may be empty
 */
public record EventSummary(long sequence, String time, String type, String subject) {}
