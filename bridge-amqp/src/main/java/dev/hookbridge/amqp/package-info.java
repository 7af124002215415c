/**
 * RabbitMQ over AMQP 0-9-1: the sink, the feed reader, the decisions and the checks. {@link
 * dev.hookbridge.amqp.AmqpTransport} is the door; nothing else is public.
 *
 * <pre>
 * AmqpSettings ─► AmqpLink ─────► AmqpSink ─────► ConfirmChannel ─► Unconfirmed
 *   the keys      a connection    one per sink worker  publishes, maps    who waits for
 *   checked       and its guard   (reopens the     every answer by    which tag
 *                                  channel)        AmqpErrors
 *                 AmqpLink ─────► AmqpFeed, AmqpChecks
 *                 AmqpLink ─────► AmqpDecisions ─► ConfirmChannel   asks and hears, for a host
 *                 AmqpLink ─────► AmqpDecisionFeed                  takes and answers, for a decider
 * Envelope ─► AmqpRouting (routing key), AmqpProperties (headers and properties) and back
 * </pre>
 */
@NullMarked
package dev.hookbridge.amqp;

import org.jspecify.annotations.NullMarked;
