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
 * Converts an event to a Kafka record and back, by the CloudEvents Kafka protocol binding 1.0.2.
 *
 * <ul>
 *   <li>In binary mode, attribute {@code a} becomes the header {@code ce_a} in UTF-8. {@code
 *       datacontenttype} becomes the header {@code content-type}. The data becomes the value.
 *   <li>In structured mode, the value is the whole event. {@code content-type} is the only header.
 *   <li>The record's key is the attribute {@code partitionkey}.
 *   <li>The producer sets the timestamp. It is the time when the record was sent, not the time of
 *       the hook call.
 * </ul>
 */
public final class KafkaHeaders {
  private static final String PREFIX = "ce_";
  private static final String CONTENT_TYPE = "content-type";

  private KafkaHeaders() {}

  /**
   * Returns the record of an event.
   *
   * @param partition the partition to write to
   */
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
   * Returns the record of an event in binary mode.
   *
   * @param partition the partition, or null for the producer's choice
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

  /** Returns the record key of an event: its {@code partitionkey} in UTF-8. */
  public static byte[] key(Envelope envelope) {
    return envelope.key().getBytes(StandardCharsets.UTF_8);
  }

  private static String header(String attribute) {
    return attribute.equals("datacontenttype") ? CONTENT_TYPE : PREFIX + attribute;
  }

  /**
   * Converts a record to an event. Never fails, because anyone may have written the record. A
   * missing attribute gets a value from the record's position. Other headers are ignored.
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
    return new Envelope(attributes, Route.UNKNOWN, data, -1);
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

  /**
   * Returns the event of a record in structured mode. Returns null in binary mode, or when the
   * value is not a valid event.
   */
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
