/**
 * The types that all packages share, and the entry point for transports: {@code bridge-kafka},
 * {@code bridge-amqp} and a third party's sink may import this package only.
 *
 * <pre>
 * libvirtd ─ exec ─► shim ─► mailbox/   a file         ─► HookCall
 *                            envelope/  HookCall       ─► Envelope
 *                            spool/     Envelope       ─► numbered, durable
 *                            delivery/  one SinkWorker per sink ─► Sink ─► Outcome   ─► a broker
 *                            metrics/   what Prometheus scrapes
 *                 config/ and agent/ join them, cli/ starts them
 * </pre>
 *
 * <p>A stage never imports a later stage; only {@code agent} joins them. To bring a new broker,
 * implement {@link dev.hookbridge.Transport} and {@link dev.hookbridge.Sink}.
 */
@NullMarked
package dev.hookbridge;

import org.jspecify.annotations.NullMarked;
