/**
 * What the program says while it runs: one line a message on stderr, which systemd hands to the
 * journal. SLF4J finds it by itself. Of the rest it knows only which characters nobody sees. The
 * door is {@link dev.hookbridge.log.Log}.
 */
@NullMarked
package dev.hookbridge.log;

import org.jspecify.annotations.NullMarked;
