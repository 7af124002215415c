/**
 * The Kafka transport: CloudEvents in binary or structured mode, one record per event, in order per
 * partition of the event's key. The entry point is {@link dev.hookbridge.kafka.KafkaTransport}.
 * {@code KafkaErrors} maps every failure of the client to an outcome. {@code KafkaHeaders} maps an
 * event to a record. On a host, {@code KafkaDecisions} asks deciders and {@code ReplyReader} reads
 * their replies. {@code KafkaDecisionFeed} is the deciders' side.
 */
@NullMarked
package dev.hookbridge.kafka;

import org.jspecify.annotations.NullMarked;
