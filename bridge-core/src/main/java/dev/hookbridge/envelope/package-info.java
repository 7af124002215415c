/**
 * Makes a redacted CloudEvent, encoded once, of each {@link dev.hookbridge.record.HookCall}.
 *
 * <pre>
 * HookCall ─► Envelopes.of ─► XmlPass ──┬─► XmlWriter the XML, written again without its secrets
 *                            (Redaction)└─► Summary   domain, network, port
 *                             Operations    type and route: libvirt's words, or unknown
 *                             EventData     the JSON; xml is its last member
 *                          ─► Envelope
 * </pre>
 *
 * <p>The entry point is {@link dev.hookbridge.envelope.Envelopes}. {@link
 * dev.hookbridge.envelope.Operations} is the table of libvirt's operations and of what libvirt does
 * with the exit code of each. {@code docs/events.md} and {@code docs/schema} describe the events.
 */
@NullMarked
package dev.hookbridge.envelope;

import org.jspecify.annotations.NullMarked;
