package dev.hookbridge.kafka;

import dev.hookbridge.testing.Decider;
import dev.hookbridge.testing.Seen;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Decides with plain clients: what is asked from now on, on all partitions, without a group. */
final class PlainDecider implements Decider {
  private static final Duration SOON = Duration.ofSeconds(30);
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Queue<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();

  PlainDecider(String servers, String topic) {
    Map<String, Object> common = Map.of("bootstrap.servers", servers);
    producer = new KafkaProducer<>(common, new ByteArraySerializer(), new ByteArraySerializer());
    consumer =
        new KafkaConsumer<>(common, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(topic).stream()
            .map(info -> new TopicPartition(topic, info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToEnd(partitions);
    partitions.forEach(consumer::position);
  }

  @Override
  public Asking next() {
    long end = System.nanoTime() + SOON.toNanos();
    while (waiting.isEmpty()) {
      if (System.nanoTime() > end) {
        throw new IllegalStateException("no request in " + SOON);
      }
      consumer.poll(Duration.ofMillis(200)).forEach(waiting::add);
    }
    return new Asking(waiting.remove());
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ZERO));
    producer.close(Duration.ZERO);
  }

  /** A record, with what Spring Kafka looks for in it. */
  final class Asking implements Decider.Request {
    private final ConsumerRecord<byte[], byte[]> record;

    Asking(ConsumerRecord<byte[], byte[]> record) {
      this.record = record;
    }

    byte[] header(String name) {
      return record.headers().lastHeader(name).value();
    }

    @Override
    public String correlation() {
      return HexFormat.of().formatHex(header("kafka_correlationId"));
    }

    @Override
    public Seen event() {
      return TestTopics.seen(record);
    }

    @Override
    public long expiryMs() {
      return 0;
    }

    @Override
    public void reply(String correlation, byte[] body) {
      byte[] partition = header("kafka_replyPartition");
      int number = java.nio.ByteBuffer.wrap(partition).getInt();
      ProducerRecord<byte[], byte[]> reply =
          new ProducerRecord<>(new String(header("kafka_replyTopic")), number, null, body);
      if (!correlation.isEmpty()) {
        reply.headers().add("kafka_correlationId", HexFormat.of().parseHex(correlation));
      }
      producer.send(reply);
      producer.flush();
    }
  }
}
