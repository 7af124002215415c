/**
 * Kafka: CloudEvents in binary mode, one record per event, ordered by the partition of the event's
 * key. The door is {@link dev.hookbridge.kafka.KafkaTransport}; {@code KafkaErrors} decides what
 * every failure of the client means, {@code KafkaHeaders} how an event looks as a record. {@code
 * KafkaDecisions} asks deciders and {@code ReplyReader} hears them, for a host; {@code
 * KafkaDecisionFeed} is the deciders' end.
 */
@NullMarked
package dev.hookbridge.kafka;

import org.jspecify.annotations.NullMarked;
