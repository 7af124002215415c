/**
 * Classes that sink, decisions and checks share: settings, errors, topics, headers, the admin
 * client. {@code KafkaErrors} maps every failure of the client to an outcome.
 */
@NullMarked
package dev.hookbridge.kafka.client;

import org.jspecify.annotations.NullMarked;
