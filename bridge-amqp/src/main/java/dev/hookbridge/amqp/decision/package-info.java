/**
 * Publishes decision requests and reads replies on the host, and contains the deciders' side of
 * both.
 */
@NullMarked
package dev.hookbridge.amqp.decision;

import org.jspecify.annotations.NullMarked;
