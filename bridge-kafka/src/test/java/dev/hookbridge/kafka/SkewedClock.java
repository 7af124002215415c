package dev.hookbridge.kafka;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;

/** Gives records the timestamps that a producer on a host with a wrong clock gives them. */
public final class SkewedClock
    implements ProducerInterceptor<byte[], byte[]> { // the client makes it by name
  /** How far the host's clock is ahead. */
  static volatile Duration ahead = Duration.ZERO;

  /** The id of the one event that is affected; empty for all of them. */
  static volatile String only = "";

  static void setRight() {
    ahead = Duration.ZERO;
    only = "";
  }

  @Override
  public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
    Header id = record.headers().lastHeader("ce_id");
    boolean affected =
        only.isEmpty() || only.equals(new String(id.value(), StandardCharsets.UTF_8));
    long now = System.currentTimeMillis() + (affected ? ahead.toMillis() : 0);
    return new ProducerRecord<>(
        record.topic(), record.partition(), now, record.key(), record.value(), record.headers());
  }

  @Override
  public void onAcknowledgement(RecordMetadata metadata, Exception exception) {}

  @Override
  public void configure(Map<String, ?> configs) {}

  @Override
  public void close() {}
}
