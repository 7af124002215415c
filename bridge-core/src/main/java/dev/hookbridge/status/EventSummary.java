package dev.hookbridge.status;

/**
 * What is kept of an event to be shown: its names, none of its data.
 *
 * @param sequence its number in the spool
 * @param time as the attribute has it, may be empty
 * @param subject as the attribute has it, may be empty
 */
public record EventSummary(long sequence, String time, String type, String subject) {}
