/**
 * Logging: one line per message on stderr, which systemd passes to the journal. SLF4J finds this
 * provider by itself. The package uses only the list of invisible characters from the other
 * packages. The entry point is {@link dev.hookbridge.log.Log}.
 */
@NullMarked
package dev.hookbridge.log;

import org.jspecify.annotations.NullMarked;
