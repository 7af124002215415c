package dev.hookbridge.mailbox;

/**
 * A call and the file that holds it until {@link Mailbox#remove}.
 *
 * @param name the file's name below {@code new}
 */
public record Mail(String name, HookCall call) {}
