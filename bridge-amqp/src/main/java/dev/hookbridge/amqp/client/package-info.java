/**
 * Classes that sink, decisions and checks share: settings, the connection that can be closed from
 * outside, channels with confirms, message properties. {@code AmqpErrors} maps every failure of the
 * client to an outcome.
 */
@NullMarked
package dev.hookbridge.amqp.client;

import org.jspecify.annotations.NullMarked;
