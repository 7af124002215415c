/**
 * Asks deciders over the channel of a transport, and matches their replies to the requests. The
 * entry point is {@link dev.hookbridge.decision.request.RequestDispatcher}.
 */
@NullMarked
package dev.hookbridge.decision.request;

import org.jspecify.annotations.NullMarked;
