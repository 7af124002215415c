/**
 * The first room: a file the shim left becomes a {@link dev.hookbridge.mailbox.HookCall}. It knows
 * the folder and the file format of {@code docs/protocol.md}, nothing of what becomes of a call.
 * The door is {@link dev.hookbridge.mailbox.Mailbox}.
 */
@NullMarked
package dev.hookbridge.mailbox;

import org.jspecify.annotations.NullMarked;
