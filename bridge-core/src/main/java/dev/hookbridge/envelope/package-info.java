/**
 * A {@link dev.hookbridge.mailbox.HookCall} becomes a CloudEvent, redacted and encoded once.
 *
 * <pre>
 * HookCall ─► Envelopes.of ─► XmlPass ──┬─► Markup    the XML, written anew without its secrets
 *                            (Redaction)└─► Summary   domain, network, port
 *                             Operations    type and route: libvirt's words, or unknown
 *                             EventData     the JSON; xml is its last member
 *                          ─► Envelope
 * </pre>
 *
 * <p>The door is {@link dev.hookbridge.envelope.Envelopes}; {@link
 * dev.hookbridge.envelope.Operations} is the one table of what libvirt calls and what it does with
 * an exit code. What consumers see is written in {@code docs/events.md} and {@code docs/schema}.
 */
@NullMarked
package dev.hookbridge.envelope;

import org.jspecify.annotations.NullMarked;
