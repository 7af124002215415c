/**
 * The first room: a file the shim left becomes a {@link dev.hookbridge.mailbox.HookCall} or a
 * {@link dev.hookbridge.mailbox.GateOutcome}. It knows the folder and the format of {@code
 * docs/protocol.md}, nothing of what becomes of a call. The door is {@link
 * dev.hookbridge.mailbox.Mailbox}; {@link dev.hookbridge.mailbox.Records} is the one for records
 * that are no files of the mailbox.
 */
@NullMarked
package dev.hookbridge.mailbox;

import org.jspecify.annotations.NullMarked;
