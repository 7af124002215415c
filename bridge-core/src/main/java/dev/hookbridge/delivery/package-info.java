/**
 * The last stage. One {@link dev.hookbridge.delivery.SinkWorker} per sink reads the spool after the
 * sink's cursor, and passes envelopes to its {@link dev.hookbridge.api.Sink}. It keeps the order of
 * every key through all failures of the broker. The package knows the spool and the transport API,
 * and no client library.
 */
@NullMarked
package dev.hookbridge.delivery;

import org.jspecify.annotations.NullMarked;
