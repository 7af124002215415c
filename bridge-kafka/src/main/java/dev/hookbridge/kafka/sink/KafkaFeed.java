package dev.hookbridge.kafka.sink;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.kafka.client.KafkaErrors;
import dev.hookbridge.kafka.client.KafkaHeaders;
import dev.hookbridge.kafka.client.KafkaSettings;
import dev.hookbridge.kafka.client.KafkaTopic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all partitions of the topic without a consumer group. It needs no permission for a group,
 * commits nothing, and does not disturb other consumers. When brokers are down, the client itself
 * waits for them.
 */
public final class KafkaFeed implements FeedReader {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaFeed.class);
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private final Consumer<byte[], byte[]> consumer;
  private final KafkaSettings settings;

  private KafkaFeed(Consumer<byte[], byte[]> consumer, KafkaSettings settings) {
    this.consumer = consumer;
    this.settings = settings;
  }

  /**
   * Connects and sets the start offsets.
   *
   * @throws SinkException when the topic cannot be read
   */
  public static KafkaFeed open(KafkaSettings settings, boolean fromBeginning) throws SinkException {
    int count = KafkaTopic.read(settings).partitions();
    Consumer<byte[], byte[]> consumer = null;
    try {
      consumer = new KafkaConsumer<>(settings.consumer());
      List<TopicPartition> partitions = new ArrayList<>();
      for (int partition = 0; partition < count; partition++) {
        partitions.add(new TopicPartition(settings.topic(), partition));
      }
      place(consumer, partitions, fromBeginning);
      return new KafkaFeed(consumer, settings);
    } catch (KafkaException e) {
      if (consumer != null) {
        consumer.close(CloseOptions.timeout(CLOSE));
      }
      throw KafkaErrors.exception("cannot read " + settings, e);
    }
  }

  /**
   * Sets the start offsets. Seeking is lazy, so this requests the positions: then "from now on"
   * means this moment.
   */
  private static void place(
      Consumer<byte[], byte[]> consumer, List<TopicPartition> partitions, boolean fromBeginning) {
    consumer.assign(partitions);
    if (fromBeginning) {
      consumer.seekToBeginning(partitions);
    } else {
      consumer.seekToEnd(partitions);
    }
    partitions.forEach(consumer::position);
  }

  @Override
  public List<Envelope> poll(Duration wait) throws SinkException {
    try {
      List<Envelope> arrived = new ArrayList<>();
      consumer.poll(wait).forEach(record -> arrived.add(KafkaHeaders.envelope(record)));
      return arrived;
    } catch (KafkaException e) {
      throw KafkaErrors.exception("cannot read " + settings, e);
    }
  }

  @Override
  public void close() {
    try {
      consumer.close(CloseOptions.timeout(CLOSE));
    } catch (KafkaException e) {
      LOG.debug("closing a consumer", e);
    }
  }
}
