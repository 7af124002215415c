/**
 * Checks of the settings against a real broker, for {@code hookbridge check} and {@code doctor}.
 */
@NullMarked
package dev.hookbridge.amqp.check;

import org.jspecify.annotations.NullMarked;
