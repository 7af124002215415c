package dev.hookbridge.kafka;

import dev.hookbridge.Envelope;
import dev.hookbridge.Route;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * An event as a record, as the CloudEvents Kafka protocol binding 1.0.2 has it in binary mode: an
 * attribute {@code a} is the header {@code ce_a} in UTF-8, {@code datacontenttype} the header
 * {@code content-type}, the data the value; the record's key is the attribute {@code partitionkey}.
 * The timestamp is left to the producer: it is when the record was sent, not when the hook was
 * called.
 */
final class KafkaHeaders {
  private static final String PREFIX = "ce_";
  private static final String CONTENT_TYPE = "content-type";
  private static final Route UNKNOWN = new Route("unknown", "unknown", "unknown", "");

  private KafkaHeaders() {}

  /**
   * @param partition null to leave the choice to the producer
   */
  static ProducerRecord<byte[], byte[]> record(
      String topic, @Nullable Integer partition, Envelope envelope) {
    RecordHeaders headers = new RecordHeaders();
    envelope
        .attributes()
        .forEach(
            (name, value) ->
                headers.add(
                    new RecordHeader(header(name), value.getBytes(StandardCharsets.UTF_8))));
    return new ProducerRecord<>(topic, partition, key(envelope), envelope.data(), headers);
  }

  static byte[] key(Envelope envelope) {
    return envelope.key().getBytes(StandardCharsets.UTF_8);
  }

  private static String header(String attribute) {
    return attribute.equals("datacontenttype") ? CONTENT_TYPE : PREFIX + attribute;
  }

  /**
   * Anyone may write to a topic: what a record lacks is made up from where it lies, what it has too
   * much is left out, and nothing makes this fail.
   */
  static Envelope envelope(ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      String value = header.value() == null ? "" : text(header.value());
      if (header.key().startsWith(PREFIX)) {
        attributes.put(header.key().substring(PREFIX.length()), value);
      } else if (header.key().equals(CONTENT_TYPE)) {
        attributes.put("datacontenttype", value);
      }
    }
    String place = record.topic() + "-" + record.partition() + "@" + record.offset();
    attributes.putIfAbsent("id", place);
    attributes.putIfAbsent("type", "unknown");
    attributes.putIfAbsent("partitionkey", record.key() == null ? "" : text(record.key()));
    return new Envelope(
        attributes, UNKNOWN, record.value() == null ? new byte[0] : record.value(), -1);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
