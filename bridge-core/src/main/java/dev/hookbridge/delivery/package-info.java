/**
 * The way out: one {@link dev.hookbridge.delivery.SinkWorker} per sink reads the spool after its
 * cursor and hands envelopes to its {@link dev.hookbridge.Sink}, keeping the order of every key
 * through whatever the broker does. It knows the spool and the SPI, never a client library.
 */
@NullMarked
package dev.hookbridge.delivery;

import org.jspecify.annotations.NullMarked;
