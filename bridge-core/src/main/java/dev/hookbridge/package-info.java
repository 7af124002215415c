/**
 * The nouns of hookbridge and the door for transports: all that {@code bridge-kafka}, {@code
 * bridge-amqp} or a third party's sink may import.
 *
 * <pre>
 * libvirtd ─ exec ─► shim ─► mailbox/   a file         ─► HookCall
 *                            envelope/  HookCall       ─► Envelope
 *                            spool/     Envelope       ─► numbered, durable
 *                            delivery/  one Courier per sink ─► Sink ─► Outcome      ─► a broker
 *                            metrics/   what a site watches
 *                 config/ and agent/ join them, cli/ starts them
 * </pre>
 *
 * <p>A stage never imports a later one; {@code agent} alone joins them. The doors: {@link
 * dev.hookbridge.Transport} to bring a new broker, {@link dev.hookbridge.Sink} for what it must
 * keep.
 */
@NullMarked
package dev.hookbridge;

import org.jspecify.annotations.NullMarked;
