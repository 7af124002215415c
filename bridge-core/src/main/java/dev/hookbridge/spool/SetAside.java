package dev.hookbridge.spool;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A damaged file that was moved out of the way when the spool was opened. What can be read of it
 * can be had with {@code sqlite3 <file> .recover}.
 *
 * @param file where it is now; its log, if it had one, lies beside
 * @param reason what SQLite said
 * @param previous its epoch, as far as it could be read
 * @param events how many events it held, empty when that could not be read
 */
public record SetAside(Path file, String reason, Previous previous, OptionalLong events) {}
