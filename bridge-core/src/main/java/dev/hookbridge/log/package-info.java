/**
 * What the program says while it runs: one line a message on stderr, which systemd hands to the
 * journal. SLF4J finds it by itself. It knows nothing of the rest; the door is {@link
 * dev.hookbridge.log.Log}.
 */
@NullMarked
package dev.hookbridge.log;

import org.jspecify.annotations.NullMarked;
