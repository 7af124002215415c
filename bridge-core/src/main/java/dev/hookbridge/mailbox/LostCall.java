package dev.hookbridge.mailbox;

/**
 * A call that left no readable file: it is a line in the shim's loss log, or a damaged file.
 *
 * @param id the call's id, empty when even that is unknown
 * @param time the time of the call, ns since 1970
 * @param reason {@code errno-28} or another error of the shim, {@code late}, {@code uncounted}, or
 *     {@code damaged}
 */
public record LostCall(String id, long time, String driver, String operation, String reason) {}
