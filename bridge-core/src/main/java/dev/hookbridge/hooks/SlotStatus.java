package dev.hookbridge.hooks;

import java.nio.file.Path;
import java.time.Instant;

/**
 * The status of one installed hook of ours.
 *
 * @param hook version and hash
 * @param run whether libvirt would run it: {@code yes}, or why not
 * @param since the time of its installation or last upgrade
 */
public record SlotStatus(Driver driver, Path slot, String hook, String run, Instant since) {}
