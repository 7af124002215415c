/**
 * The interfaces of a transport, and the types that they use. {@code bridge-kafka}, {@code
 * bridge-amqp} and a third party's sink compile against this module only.
 *
 * <pre>
 * Transport  names a type of sink, its settings and checks, and opens:
 *   ├ Sink             one connection; takes Envelopes, reports one Outcome for each
 *   ├ FeedReader       reads events back
 *   ├ DecisionChannel  publishes DecisionRequests, passes on Replies
 *   └ DecisionFeed     the other side of the channel, for deciders
 * </pre>
 *
 * <p>To support a new broker, implement {@link dev.hookbridge.api.Transport} and {@link
 * dev.hookbridge.api.Sink}; {@code docs/custom-sinks.md} has an example. The module has a baseline:
 * the build fails when a change breaks a transport that was compiled against it.
 */
@NullMarked
package dev.hookbridge.api;

import org.jspecify.annotations.NullMarked;
