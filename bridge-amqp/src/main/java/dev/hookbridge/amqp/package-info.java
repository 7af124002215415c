/**
 * The RabbitMQ transport over AMQP 0-9-1: the sink, the feed reader, the decisions and the checks.
 * The entry point is {@link dev.hookbridge.amqp.AmqpTransport}.
 *
 * <pre>
 * AmqpSettings ─► AmqpConnection ─► AmqpSink ─────► ConfirmChannel ─► Unconfirmed
 *   the checked   one connection    one per sink    publishes, maps   maps each tag
 *   keys          that can be       worker; opens   every answer by   to its event
 *                 closed from       the channel     AmqpErrors
 *                 outside           again
 *                 AmqpConnection ─► AmqpFeed, AmqpChecks
 *                 AmqpConnection ─► AmqpDecisions ─► ConfirmChannel   a host: asks, gets replies
 *                 AmqpConnection ─► AmqpDecisionFeed                  a decider: gets requests
 * Envelope ─► AmqpRouting (routing key), AmqpProperties (headers and properties) and back
 * </pre>
 */
@NullMarked
package dev.hookbridge.amqp;

import org.jspecify.annotations.NullMarked;
