/**
 * The first stage: a file that the shim wrote becomes a {@link dev.hookbridge.mailbox.HookCall} or
 * a {@link dev.hookbridge.mailbox.GateOutcome}. The package knows the folder and the format of
 * {@code docs/protocol.md}, and nothing of later stages. The entry point is {@link
 * dev.hookbridge.mailbox.Mailbox}; {@link dev.hookbridge.mailbox.Records} is the entry point for
 * records that are not files of the mailbox.
 */
@NullMarked
package dev.hookbridge.mailbox;

import org.jspecify.annotations.NullMarked;
