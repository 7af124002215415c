/**
 * The status page of one host. A {@link dev.hookbridge.status.StatusSource} reports the agent's
 * state. {@code StatusView} turns it into text, once for all viewers. The page shows this text as
 * HTML that needs no script, and live by server-sent events. While nobody views the page, only
 * {@link dev.hookbridge.status.LastEvents} works: it keeps the names of the last events.
 *
 * <p>The owners of guests choose their names. This package treats a name only as text. The page's
 * content security policy allows only the page's own scripts, styles, pictures and connections.
 *
 * <p>The entry point is {@link dev.hookbridge.status.StatusPage}. The package has no server of its
 * own.
 */
@NullMarked
package dev.hookbridge.status;

import org.jspecify.annotations.NullMarked;
