package dev.hookbridge.mailbox;

/**
 * A call of which nothing is left but this line of the shim, or a file that could not be read.
 *
 * @param id the call's id, empty when not even that is known
 * @param time when, ns since 1970
 * @param reason {@code errno-28} as the shim saw it, {@code late}, or {@code damaged}
 */
public record Loss(String id, long time, String driver, String operation, String reason) {}
