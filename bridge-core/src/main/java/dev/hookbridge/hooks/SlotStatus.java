package dev.hookbridge.hooks;

import java.nio.file.Path;
import java.time.Instant;

/**
 * One hook of ours as it lies there.
 *
 * @param hook version and hash
 * @param run whether libvirt would run it: {@code yes}, or why not
 * @param since when it got its place or was last upgraded
 */
public record SlotStatus(Driver driver, Path slot, String hook, String run, Instant since) {}
