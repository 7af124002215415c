package dev.hookbridge.spool.repair;

import java.nio.file.Path;

/**
 * A damaged file that was moved out of the way when the spool was opened. Everything intact was
 * copied from it before.
 *
 * @param file the current path of the file; its log, if any, is beside it
 * @param reason the description of the damage
 */
public record QuarantinedFile(Path file, String reason) {}
