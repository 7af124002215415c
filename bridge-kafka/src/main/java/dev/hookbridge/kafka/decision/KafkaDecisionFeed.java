package dev.hookbridge.kafka.decision;

import dev.hookbridge.api.DecisionFeed;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.kafka.client.KafkaErrors;
import dev.hookbridge.kafka.client.KafkaHeaders;
import dev.hookbridge.kafka.client.KafkaTopic;
import dev.hookbridge.kafka.sink.KafkaSink;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads decision requests as a member of a consumer group, and writes the replies. The group is
 * {@code hookbridge-decide-<group>}, with a rule {@code hookbridge-decide-<group>.<rule>}. A new
 * group starts with the requests that are sent from now on.
 *
 * <p>Replies go only to the configured topic, whatever topic a request names. Otherwise anyone who
 * may write requests could make deciders write to topics that he may not write himself.
 */
public final class KafkaDecisionFeed implements DecisionFeed {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaDecisionFeed.class);
  private static final Duration JOIN = Duration.ofSeconds(9);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final Duration CLOSE = Duration.ofSeconds(1);
  private static final int SENT_MS = 6_000;

  private final DecisionSettings settings;
  private final String rule;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Producer<byte[], byte[]> producer;
  private final Queue<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();

  private KafkaDecisionFeed(
      DecisionSettings settings,
      String rule,
      KafkaConsumer<byte[], byte[]> consumer,
      Producer<byte[], byte[]> producer) {
    this.settings = settings;
    this.rule = rule;
    this.consumer = consumer;
    this.producer = producer;
  }

  /**
   * Connects and joins the group. Returns after the group has assigned partitions to this member.
   *
   * @param group the name of the group of deciders
   * @param rule the rule whose requests are wanted, {@code *} for all
   * @throws SinkException when a topic cannot be used, or the group cannot be joined within 9 s
   */
  public static KafkaDecisionFeed open(DecisionSettings settings, String group, String rule)
      throws SinkException {
    String member = "hookbridge-decide-" + group + (rule.equals("*") ? "" : "." + rule);
    KafkaTopic.read(settings.broker(), settings.requests());
    KafkaTopic.read(settings.broker(), settings.replies());
    KafkaConsumer<byte[], byte[]> consumer = null;
    Producer<byte[], byte[]> producer = null;
    try {
      producer = new KafkaProducer<>(settings.answering(group));
      consumer = new KafkaConsumer<>(settings.deciding(member));
      KafkaDecisionFeed feed = new KafkaDecisionFeed(settings, rule, consumer, producer);
      feed.join();
      return feed;
    } catch (KafkaException e) {
      closeAll(consumer, producer);
      throw KafkaErrors.exception("cannot decide on " + settings, e);
    }
  }

  /**
   * Waits for the partitions of this member. The group sees every request that is sent after this
   * returns.
   */
  private void join() throws SinkException {
    Share share = new Share();
    consumer.subscribe(List.of(settings.requests()), share);
    long end = System.nanoTime() + JOIN.toNanos();
    while (!share.known && System.nanoTime() - end < 0) {
      consumer.poll(LOOK).forEach(waiting::add);
    }
    if (!share.known) {
      close();
      throw new SinkException(
          Reason.TIMEOUT,
          "the group of deciders on " + settings + " cannot be joined: look at the brokers");
    }
  }

  /**
   * Reads the start offsets when partitions are assigned. Otherwise the client resolves "from now
   * on" later.
   */
  private final class Share implements ConsumerRebalanceListener {
    private boolean known;

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      partitions.forEach(consumer::position);
      known = true;
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      // Requests that were already polled are still answered. A second reply of the new owner does
      // no harm.
    }
  }

  @Override
  public Optional<Asked> poll(Duration wait) throws SinkException {
    try {
      if (waiting.isEmpty()) {
        consumer.poll(wait).forEach(waiting::add);
      }
    } catch (KafkaException e) {
      throw KafkaErrors.exception("cannot read " + settings, e);
    }
    while (!waiting.isEmpty()) {
      ConsumerRecord<byte[], byte[]> record = waiting.remove();
      Envelope event = KafkaHeaders.envelope(record);
      if (rule.equals("*") || rule.equals(event.attributes().get("rule"))) {
        return Optional.of(new Request(event, record));
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() {
    closeAll(consumer, producer);
  }

  private static void closeAll(
      @Nullable KafkaConsumer<?, ?> consumer, @Nullable Producer<byte[], byte[]> producer) {
    try {
      if (consumer != null) {
        consumer.close(CloseOptions.timeout(CLOSE));
      }
    } catch (KafkaException e) {
      LOG.debug("closing a consumer", e);
    }
    if (producer != null) {
      KafkaSink.release(producer, "decide");
    }
  }

  /** A request from a record. {@code reply} returns after the broker confirmed the reply. */
  private final class Request implements Asked {
    private final Envelope event;
    private final ConsumerRecord<byte[], byte[]> record;

    Request(Envelope event, ConsumerRecord<byte[], byte[]> record) {
      this.event = event;
      this.record = record;
    }

    @Override
    public Envelope event() {
      return event;
    }

    @Override
    public void reply(byte @Nullable [] body) throws SinkException {
      if (body == null) {
        return;
      }
      ProducerRecord<byte[], byte[]> reply = RequestHeaders.reply(record, body);
      if (reply == null || !reply.topic().equals(settings.replies())) {
        throw new SinkException(
            Reason.INVALID,
            "the request does not want its reply on "
                + settings.replies()
                + ": replies-topic must be the same for hosts and deciders");
      }
      send(reply);
    }

    private void send(ProducerRecord<byte[], byte[]> reply) throws SinkException {
      try {
        producer.send(reply).get(SENT_MS, TimeUnit.MILLISECONDS);
      } catch (ExecutionException | TimeoutException | KafkaException | IllegalStateException e) {
        throw KafkaErrors.exception("no reply on " + settings.replies(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw KafkaErrors.exception("interrupted", e);
      }
    }
  }
}
