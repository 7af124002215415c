/** Publishes events to an exchange, and reads them back from a queue. */
@NullMarked
package dev.hookbridge.amqp.sink;

import org.jspecify.annotations.NullMarked;
