/**
 * The first stage. It reads a file that the shim wrote, and returns a {@link
 * dev.hookbridge.record.HookCall} or a {@link dev.hookbridge.record.GateOutcome}. The package knows
 * the folder and the format of {@code docs/protocol.md}, and nothing of later stages. The entry
 * point is {@link dev.hookbridge.mailbox.Mailbox}.
 */
@NullMarked
package dev.hookbridge.mailbox;

import org.jspecify.annotations.NullMarked;
