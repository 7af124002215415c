package dev.hookbridge.kafka.client;

import dev.hookbridge.api.ContentMode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import dev.hookbridge.api.StructuredEvent;
import java.io.IOException;
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
 * An event as a record, as the CloudEvents Kafka protocol binding 1.0.2 has it. In binary mode an
 * attribute {@code a} is the header {@code ce_a} in UTF-8, {@code datacontenttype} the header
 * {@code content-type}, the data the value. In structured mode the value is the whole event, and
 * {@code content-type} the only header. The record's key is the attribute {@code partitionkey}. The
 * timestamp is left to the producer: it is when the record was sent, not when the hook was called.
 */
public final class KafkaHeaders {
  private static final String PREFIX = "ce_";
  private static final String CONTENT_TYPE = "content-type";
  private static final Route UNKNOWN = new Route("unknown", "unknown", "unknown", "");

  private KafkaHeaders() {}

  public static ProducerRecord<byte[], byte[]> record(
      String topic, int partition, Envelope envelope, ContentMode mode) {
    if (mode == ContentMode.BINARY) {
      return record(topic, partition, envelope);
    }
    RecordHeaders headers = new RecordHeaders();
    headers.add(CONTENT_TYPE, StructuredEvent.CONTENT_TYPE.getBytes(StandardCharsets.UTF_8));
    byte[] value = StructuredEvent.bytes(envelope);
    return new ProducerRecord<>(topic, partition, key(envelope), value, headers);
  }

  /**
   * In binary mode.
   *
   * @param partition null to leave the choice to the producer
   */
  public static ProducerRecord<byte[], byte[]> record(
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

  public static byte[] key(Envelope envelope) {
    return envelope.key().getBytes(StandardCharsets.UTF_8);
  }

  private static String header(String attribute) {
    return attribute.equals("datacontenttype") ? CONTENT_TYPE : PREFIX + attribute;
  }

  /**
   * Anyone may write to a topic: what a record lacks is made up from where it lies, what it has too
   * much is left out, and nothing makes this fail.
   */
  public static Envelope envelope(ConsumerRecord<byte[], byte[]> record) {
    Envelope read = structured(record);
    Map<String, String> attributes = new LinkedHashMap<>();
    byte[] data = record.value() == null ? new byte[0] : record.value();
    if (read == null) {
      attributes.putAll(binary(record));
    } else {
      attributes.putAll(read.attributes());
      data = read.data();
    }
    String place = record.topic() + "-" + record.partition() + "@" + record.offset();
    attributes.putIfAbsent("id", place);
    attributes.putIfAbsent("type", "unknown");
    attributes.putIfAbsent("partitionkey", record.key() == null ? "" : text(record.key()));
    return new Envelope(attributes, UNKNOWN, data, -1);
  }

  private static Map<String, String> binary(ConsumerRecord<byte[], byte[]> record) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      String value = header.value() == null ? "" : text(header.value());
      if (header.key().startsWith(PREFIX)) {
        attributes.put(header.key().substring(PREFIX.length()), value);
      } else if (header.key().equals(CONTENT_TYPE)) {
        attributes.put("datacontenttype", value);
      }
    }
    return attributes;
  }

  /** Null when the record is not in structured mode, or does not hold what it says. */
  private static @Nullable Envelope structured(ConsumerRecord<byte[], byte[]> record) {
    Header type = record.headers().lastHeader(CONTENT_TYPE);
    if (type == null || type.value() == null || record.value() == null) {
      return null;
    }
    try {
      boolean says = StructuredEvent.hasContentType(text(type.value()));
      return says ? StructuredEvent.parse(record.value()) : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
