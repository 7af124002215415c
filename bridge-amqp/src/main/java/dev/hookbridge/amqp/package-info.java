/**
 * RabbitMQ over AMQP 0-9-1: the sink, the feed reader, the decisions and the checks. The entry
 * point is {@link dev.hookbridge.amqp.AmqpTransport}.
 *
 * <pre>
 * AmqpSettings ─► AmqpConnection ─► AmqpSink ─────► ConfirmChannel ─► Unconfirmed
 *   the checked   one connection    one per sink    publishes, maps   which event has
 *   keys          and its watchdog  worker; opens   every answer by   which tag
 *                                   the channel     AmqpErrors
 *                                   again
 *                 AmqpConnection ─► AmqpFeed, AmqpChecks
 *                 AmqpConnection ─► AmqpDecisions ─► ConfirmChannel   a host: asks, gets replies
 *                 AmqpConnection ─► AmqpDecisionFeed                  a decider: gets requests
 * Envelope ─► AmqpRouting (routing key), AmqpProperties (headers and properties) and back
 * </pre>
 */
@NullMarked
package dev.hookbridge.amqp;

import org.jspecify.annotations.NullMarked;
