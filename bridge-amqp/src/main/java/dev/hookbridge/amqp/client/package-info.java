/**
 * What sink, decisions and checks share: settings, the connection and its watchdog, channels with
 * confirms, properties. {@code AmqpErrors} maps every failure of the client to an outcome.
 */
@NullMarked
package dev.hookbridge.amqp.client;

import org.jspecify.annotations.NullMarked;
