package dev.hookbridge.spool.repair;

import java.nio.file.Path;

/**
 * A damaged file that was moved out of the way when the spool was opened, after everything intact
 * was taken over from it.
 *
 * @param file where it is now; its log, if it had one, lies beside
 * @param reason what was wrong with it
 */
public record SetAside(Path file, String reason) {}
