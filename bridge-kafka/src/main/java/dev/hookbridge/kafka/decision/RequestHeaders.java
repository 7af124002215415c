package dev.hookbridge.kafka.decision;

import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.kafka.client.KafkaHeaders;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Converts decision requests and replies to records. The event is encoded as every other event
 * ({@link KafkaHeaders}). The headers are those that Spring Kafka's {@code ReplyingKafkaTemplate}
 * writes and its listeners use for the reply.
 *
 * <pre>
 * kafka_replyTopic       the topic of replies, UTF-8
 * kafka_replyPartition   the partition that the host reads, 4 bytes, big endian
 * kafka_correlationId    16 bytes, copied into the reply without change
 * </pre>
 */
final class RequestHeaders {
  static final String REPLY_TOPIC = "kafka_replyTopic";
  static final String REPLY_PARTITION = "kafka_replyPartition";
  static final String CORRELATION = "kafka_correlationId";
  private static final int LONGEST_CORRELATION = 64;

  private RequestHeaders() {}

  /**
   * Returns the record of a request. The default partitioner chooses the partition, so the requests
   * of one guest stay in order.
   */
  static ProducerRecord<byte[], byte[]> record(
      DecisionSettings settings, int replyPartition, DecisionRequest request) {
    Envelope event = request.event().with("rule", request.rule());
    ProducerRecord<byte[], byte[]> record = KafkaHeaders.record(settings.requests(), null, event);
    record
        .headers()
        .add(REPLY_TOPIC, settings.replies().getBytes(StandardCharsets.UTF_8))
        .add(REPLY_PARTITION, ByteBuffer.allocate(Integer.BYTES).putInt(replyPartition).array())
        .add(CORRELATION, HexFormat.of().parseHex(request.correlation()));
    return record;
  }

  /**
   * Returns the correlation ID in hex. It is empty when there is none, or when it is too long to be
   * one of ours.
   */
  static String correlation(Headers headers) {
    byte[] value = value(headers, CORRELATION);
    return value == null || value.length > LONGEST_CORRELATION
        ? ""
        : HexFormat.of().formatHex(value);
  }

  /**
   * Returns the reply record, or null when the request names no reply topic or has no correlation
   * ID.
   */
  static @Nullable ProducerRecord<byte[], byte[]> reply(
      ConsumerRecord<byte[], byte[]> asked, byte[] body) {
    byte[] topic = value(asked.headers(), REPLY_TOPIC);
    byte[] partition = value(asked.headers(), REPLY_PARTITION);
    byte[] correlation = value(asked.headers(), CORRELATION);
    if (topic == null || correlation == null) {
      return null;
    }
    Integer number =
        partition == null || partition.length != Integer.BYTES
            ? null
            : ByteBuffer.wrap(partition).getInt();
    String name = new String(topic, StandardCharsets.UTF_8);
    ProducerRecord<byte[], byte[]> reply = new ProducerRecord<>(name, number, asked.key(), body);
    reply.headers().add(CORRELATION, correlation);
    return reply;
  }

  private static byte @Nullable [] value(Headers headers, String name) {
    Header header = headers.lastHeader(name);
    return header == null ? null : header.value();
  }
}
