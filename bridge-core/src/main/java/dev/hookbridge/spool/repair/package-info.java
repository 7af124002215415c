/**
 * Opens a spool, and saves what is intact in a damaged one. The entry point is {@link
 * dev.hookbridge.spool.repair.OpenedSpool}.
 */
@NullMarked
package dev.hookbridge.spool.repair;

import org.jspecify.annotations.NullMarked;
