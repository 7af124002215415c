/** Publishes events to a topic, and reads them back. */
@NullMarked
package dev.hookbridge.kafka.sink;

import org.jspecify.annotations.NullMarked;
