package dev.hookbridge.hooks;

import java.nio.file.Path;

/**
 * What was done, or with a dry run would be.
 *
 * @param verb {@code installed}, {@code upgraded}, {@code unchanged}, {@code removed}
 * @param hook version and hash
 * @param first whether libvirt learns of the driver's scripts by a reload only
 */
public record Change(Driver driver, String verb, Path slot, String hook, boolean first) {}
