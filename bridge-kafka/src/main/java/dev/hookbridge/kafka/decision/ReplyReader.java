package dev.hookbridge.kafka.decision;

import dev.hookbridge.api.Replies;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.kafka.client.KafkaErrors;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one partition of replies from its end on, with its own thread. It also watches the
 * connection, because the client itself waits for brokers without a report and without end.
 *
 * <ul>
 *   <li>It ends after 2 s without any connection, or after 10 s without an answer to a fetch. The
 *       long-polling fetches are the heartbeat, so the watch costs the brokers nothing.
 *   <li>It reads the number of partitions from the metadata that the client refreshes anyway.
 * </ul>
 */
final class ReplyReader {
  private static final Logger LOG = LoggerFactory.getLogger(ReplyReader.class);
  private static final Duration OPEN = Duration.ofSeconds(4);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration ASK = Duration.ofSeconds(2);
  private static final long UNCONNECTED = Duration.ofSeconds(2).toNanos();
  private static final long UNANSWERED = DecisionSettings.FETCH_WAIT.multipliedBy(2).toNanos();
  private static final Duration CLOSE = Duration.ofMillis(500);
  private static final Duration JOIN = Duration.ofMillis(400);

  private final KafkaConsumer<byte[], byte[]> consumer;
  private final TopicPartition place;
  private final Replies replies;
  private final Consumer<String> end;
  private final Thread thread;
  private final Metric fetches;
  private final Metric connections;
  private volatile boolean stopped;
  private double fetched = -1;
  private long fetchedAt = System.nanoTime();
  private long connectedAt = System.nanoTime();

  private ReplyReader(
      KafkaConsumer<byte[], byte[]> consumer,
      TopicPartition place,
      String sink,
      Replies replies,
      Consumer<String> end) {
    this.consumer = consumer;
    this.place = place;
    this.replies = replies;
    this.end = end;
    this.fetches = metric(consumer, "fetch-total");
    this.connections = metric(consumer, "connection-count");
    this.thread = new Thread(this::read, "kafka-replies-" + sink);
    this.thread.setDaemon(true);
  }

  /**
   * Opens a reader. When this returns, the end offset is known: every reply that is written from
   * now on is read.
   *
   * @param end called once with the reason when no more replies are read
   */
  static ReplyReader open(
      DecisionSettings settings,
      SinkContext context,
      int partition,
      Replies replies,
      Consumer<String> end)
      throws SinkException {
    KafkaConsumer<byte[], byte[]> consumer = null;
    try {
      consumer = new KafkaConsumer<>(settings.hearing(context.host(), context.name()));
      TopicPartition place = new TopicPartition(settings.replies(), partition);
      consumer.assign(List.of(place));
      consumer.seekToEnd(List.of(place));
      consumer.position(place, OPEN);
      return new ReplyReader(consumer, place, context.name(), replies, end);
    } catch (KafkaException e) {
      if (consumer != null) {
        consumer.close(CloseOptions.timeout(Duration.ZERO));
      }
      throw KafkaErrors.exception("cannot read replies on " + settings, e);
    }
  }

  private static Metric metric(KafkaConsumer<?, ?> consumer, String name) {
    return consumer.metrics().entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .filter(entry -> !entry.getKey().tags().containsKey("topic"))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the Kafka client has no metric " + name))
        .getValue();
  }

  void start() {
    thread.start();
  }

  private void read() {
    try {
      while (!stopped) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          byte[] body = record.value() == null ? new byte[0] : record.value();
          replies.replied(RequestHeaders.correlation(record.headers()), body);
        }
        look();
      }
    } catch (WakeupException e) {
      LOG.debug("asked to stop");
    } catch (KafkaException | IllegalStateException e) {
      end.accept(KafkaErrors.sentence("replies on " + place.topic() + " are not heard", e));
    } finally {
      closeQuietly();
    }
  }

  private void look() {
    int partitions = consumer.partitionsFor(place.topic(), ASK).size();
    if (partitions <= place.partition()) {
      ended("topic " + place.topic() + " has " + partitions + " partitions, fewer than before");
      return;
    }
    long now = System.nanoTime();
    double total = (Double) fetches.metricValue();
    if (total != fetched) {
      fetched = total;
      fetchedAt = now;
    }
    if ((Double) connections.metricValue() > 0) {
      connectedAt = now;
    }
    if (now - connectedAt > UNCONNECTED) {
      ended("there is no connection to any broker: look at them");
    } else if (now - fetchedAt > UNANSWERED) {
      ended("the broker of " + place + " does not answer: look at it");
    }
  }

  private void ended(String why) {
    stopped = true;
    end.accept(why);
  }

  private void closeQuietly() {
    try {
      consumer.close(CloseOptions.timeout(CLOSE));
    } catch (KafkaException e) {
      LOG.debug("closing a consumer", e);
    }
  }

  /** Stops the reader. Any thread may call this, more than once. */
  void stop() {
    stopped = true;
    consumer.wakeup();
  }

  /** Waits up to 400 ms for the reader's thread to end. */
  void join() {
    try {
      thread.join(JOIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
