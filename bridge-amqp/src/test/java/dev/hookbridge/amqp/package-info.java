/** The tests of the RabbitMQ transport; those named {@code …IT} run against a real broker. */
@NullMarked
package dev.hookbridge.amqp;

import org.jspecify.annotations.NullMarked;
