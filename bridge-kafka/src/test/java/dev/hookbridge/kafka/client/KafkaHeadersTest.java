package dev.hookbridge.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.ContentMode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.StructuredEvent;
import dev.hookbridge.kafka.sink.KafkaSink;
import dev.hookbridge.testing.SampleEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.internal.AbstractRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.Test;

class KafkaHeadersTest {
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final SampleEvents events = new SampleEvents(seed);

  private static String header(ProducerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return header == null ? "none" : new String(header.value(), StandardCharsets.UTF_8);
  }

  @Test
  void binaryModeAsTheBindingHasIt() {
    Envelope event = events.next("größe", 100);
    ProducerRecord<byte[], byte[]> record = KafkaHeaders.record("hooks", 4, event);
    assertThat(record.topic()).isEqualTo("hooks");
    assertThat(record.partition()).isEqualTo(4);
    assertThat(record.timestamp()).isNull();
    assertThat(record.key()).asString(StandardCharsets.UTF_8).isEqualTo(event.key());
    assertThat(record.value()).isSameAs(event.data());
    assertThat(header(record, "ce_id")).isEqualTo(event.id());
    assertThat(header(record, "ce_subject")).isEqualTo("größe");
    assertThat(header(record, "ce_specversion")).isEqualTo("1.0");
    assertThat(header(record, "content-type")).isEqualTo("application/json");
    assertThat(header(record, "ce_datacontenttype")).isEqualTo("none");
    assertThat(record.headers()).hasSize(event.attributes().size());
  }

  @Test
  void structuredModeAsTheBindingHasIt() throws IOException {
    Envelope event = events.next("größe", 100);
    ProducerRecord<byte[], byte[]> record =
        KafkaHeaders.record("hooks", 4, event, ContentMode.STRUCTURED);
    assertThat(record.partition()).isEqualTo(4);
    assertThat(record.key()).asString(StandardCharsets.UTF_8).isEqualTo(event.key());
    assertThat(header(record, "content-type"))
        .isEqualTo("application/cloudevents+json; charset=UTF-8");
    assertThat(record.headers()).hasSize(1);
    Envelope read = StructuredEvent.parse(record.value());
    assertThat(read.attributes()).containsExactlyInAnyOrderEntriesOf(event.attributes());
    assertThat(read.data()).isEqualTo(event.data());
  }

  @Test
  void envelopeSizeIsAtLeastTheRecordSize() {
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    for (int i = 0; i < 2_000; i++) {
      String letter = new String[] {"a", "é", "鯨", "🐋", "\"", "\u0001"}[random.nextInt(6)];
      String name =
          letter.repeat(random.nextInt(255) / letter.getBytes(StandardCharsets.UTF_8).length);
      Envelope event =
          events
              .next(name, random.nextInt(3_000))
              .with("partitionkey", "kvm-07.example.org/qemu/" + name);
      for (ContentMode mode : ContentMode.values()) {
        assertThat(bytes(KafkaHeaders.record("t", 0, event, mode)))
            .as("%s", mode)
            .isLessThanOrEqualTo(event.size());
      }
    }
  }

  private static int bytes(ProducerRecord<byte[], byte[]> record) {
    return AbstractRecords.estimateSizeInBytesUpperBound(
        RecordBatch.CURRENT_MAGIC_VALUE,
        Compression.NONE.type(),
        record.key(),
        record.value(),
        record.headers().toArray());
  }

  @Test
  void orderingKeyIsTheDefaultPartitionersChoice() {
    for (int i = 0; i < 1_000; i++) {
      byte[] key = KafkaHeaders.key(events.next("guest-" + i, 10));
      for (int partitions : new int[] {1, 3, 12, 100}) {
        assertThat(KafkaSink.partition(key, partitions))
            .isEqualTo(BuiltInPartitioner.partitionForKey(key, partitions));
      }
    }
  }

  @Test
  void aForeignRecordIsReadAllTheSame() {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("hooks", 2, 17, null, (byte[]) null);
    record
        .headers()
        .add("ce_subject", null)
        .add("other", new byte[] {1})
        .add("ce_x", new byte[] {-1});
    Envelope read = KafkaHeaders.envelope(record);
    assertThat(read.id()).isEqualTo("hooks-2@17");
    assertThat(read.type()).isEqualTo("unknown");
    assertThat(read.key()).isEmpty();
    assertThat(read.data()).isEmpty();
    assertThat(read.attributes()).containsEntry("subject", "").doesNotContainKey("other");
  }

  @Test
  void aRecordThatSaysStructuredAndIsNotIsReadAllTheSame() {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("hooks", 2, 17, null, "{\"id\":".getBytes(StandardCharsets.UTF_8));
    record
        .headers()
        .add("content-type", "application/cloudevents+json".getBytes(StandardCharsets.UTF_8));
    Envelope read = KafkaHeaders.envelope(record);
    assertThat(read.id()).isEqualTo("hooks-2@17");
    assertThat(read.data()).isEqualTo(record.value());
  }
}
