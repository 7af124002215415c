package dev.hookbridge.mailbox;

import dev.hookbridge.record.MailboxRecord;

/**
 * A record, and the file that holds it until {@link Mailbox#remove}.
 *
 * @param name the file's name in {@code new}
 */
public record MailboxEntry(String name, MailboxRecord letter) {}
