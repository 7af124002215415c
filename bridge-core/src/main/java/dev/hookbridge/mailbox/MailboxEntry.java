package dev.hookbridge.mailbox;

import dev.hookbridge.record.MailboxRecord;

/**
 * A letter and the file that holds it until {@link Mailbox#remove}.
 *
 * @param name the file's name below {@code new}
 */
public record MailboxEntry(String name, MailboxRecord letter) {}
