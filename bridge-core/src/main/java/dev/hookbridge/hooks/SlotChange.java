package dev.hookbridge.hooks;

import java.nio.file.Path;

/**
 * A change in a slot, done or only planned (dry run).
 *
 * @param verb {@code installed}, {@code upgraded}, {@code unchanged} or {@code removed}
 * @param hook version and hash
 * @param first whether libvirt notices the driver's scripts only after a reload
 */
public record SlotChange(Driver driver, String verb, Path slot, String hook, boolean first) {}
