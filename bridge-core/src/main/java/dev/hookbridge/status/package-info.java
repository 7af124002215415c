/**
 * The status page: what an operator sees who looks at one host. A {@link
 * dev.hookbridge.status.StatusSource} says how the agent is, {@code StatusView} makes words of it,
 * once for all who look, and the page shows these words: as HTML that needs no script, and live by
 * server-sent events. Nothing is done while nobody looks, but that {@link
 * dev.hookbridge.status.LastEvents} keeps the names of the last events.
 *
 * <p>Guests are called whatever their owners like. A name is text everywhere here, and a browser
 * that is told otherwise refuses it: no script, style, picture or connection but the page's own.
 *
 * <p>The door is {@link dev.hookbridge.status.StatusPage}. This room has no server of its own.
 */
@NullMarked
package dev.hookbridge.status;

import org.jspecify.annotations.NullMarked;
