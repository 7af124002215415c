/**
 * The record format that the hook and the agent share; {@code docs/protocol.md} describes it. The
 * mailbox reads records from files, the gate from a socket. The entry point is {@link
 * dev.hookbridge.record.Records}.
 */
@NullMarked
package dev.hookbridge.record;

import org.jspecify.annotations.NullMarked;
