package dev.hookbridge.kafka.decision;

import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Replies;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.kafka.client.KafkaErrors;
import dev.hookbridge.kafka.sink.KafkaSink;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes decision requests to one topic, and reads the replies from one partition of another
 * topic. Hosts share this partition. Replies to other hosts are also passed on. The receiver
 * recognises them by their correlation ID.
 *
 * <p>Each of these ends the channel: the first request that cannot be sent, the loss of every
 * connection, a reader whose fetches get no answer, and a topic of replies with fewer partitions
 * than before. The caller then opens a new channel with fresh metadata. Until then no hook waits
 * for a reply that would not be read.
 */
public final class KafkaDecisions implements DecisionChannel {
  private static final Duration OPEN = Duration.ofSeconds(5);
  private static final long LOOK = Duration.ofMillis(20).toNanos();

  private final DecisionSettings settings;
  private final String name;
  private final int partition;
  private final int maxEventBytes;
  private final Producer<byte[], byte[]> producer;
  private final Replies replies;
  private final ReplyReader reader;
  private final AtomicBoolean ended = new AtomicBoolean();

  private KafkaDecisions(
      DecisionSettings settings,
      SinkContext context,
      DecisionTopics topics,
      Producer<byte[], byte[]> producer,
      Replies replies)
      throws SinkException {
    this.settings = settings;
    this.name = context.name();
    this.partition =
        KafkaSink.partition(context.host().getBytes(StandardCharsets.UTF_8), topics.partitions());
    this.maxEventBytes = Math.min(settings.broker().maxRequestSize(), topics.maxMessageBytes());
    this.producer = producer;
    this.replies = replies;
    this.reader = ReplyReader.open(settings, context, partition, replies, this::end);
  }

  /**
   * Connects, and starts to read replies. Returns when the start offset of the replies is known.
   *
   * @throws SinkException when a topic or permission is missing, or the brokers cannot be used
   */
  public static KafkaDecisions open(DecisionSettings settings, SinkContext context, Replies replies)
      throws SinkException {
    DecisionTopics topics = DecisionTopics.read(settings);
    Producer<byte[], byte[]> producer = null;
    try {
      producer = new KafkaProducer<>(settings.pending(context.host(), context.name()));
      know(producer, settings.requests());
      KafkaDecisions opened = new KafkaDecisions(settings, context, topics, producer, replies);
      opened.reader.start();
      return opened;
    } catch (KafkaException e) {
      throw abandoned(producer, context, KafkaErrors.exception("cannot ask on " + settings, e));
    } catch (SinkException e) {
      throw abandoned(producer, context, e);
    }
  }

  private static SinkException abandoned(
      @Nullable Producer<byte[], byte[]> producer, SinkContext context, SinkException failure) {
    if (producer != null) {
      KafkaSink.release(producer, context.name() + "-decisions");
    }
    return failure;
  }

  /**
   * Waits up to 5 s for the topic's metadata. A producer with {@code max.block.ms} 0 must be polled
   * for it.
   */
  private static void know(Producer<byte[], byte[]> producer, String topic) throws SinkException {
    long end = System.nanoTime() + OPEN.toNanos();
    while (true) {
      try {
        producer.partitionsFor(topic);
        return;
      } catch (TimeoutException e) {
        if (System.nanoTime() - end > 0) {
          throw new SinkException(
              Reason.TIMEOUT, "no broker reports where topic " + topic + " is: look at them", e);
        }
        LockSupport.parkNanos(LOOK);
      }
    }
  }

  @Override
  public boolean ready() {
    return !ended.get();
  }

  @Override
  public int maxEventBytes() {
    return maxEventBytes;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the callback gets the same result
  public void ask(DecisionRequest request) {
    if (ended.get()) {
      replies.failed(request.correlation(), "the channel to Kafka has ended");
      return;
    }
    try {
      producer.send(
          RequestHeaders.record(settings, partition, request),
          (metadata, failure) -> {
            if (failure != null) {
              failed(request, failure);
            }
          });
    } catch (KafkaException | IllegalStateException e) {
      failed(request, e);
    }
  }

  /**
   * Reports a request as failed, and ends the channel unless only this request is affected. A
   * request that is too large, or a full buffer, says nothing about the next request.
   */
  private void failed(DecisionRequest request, Exception failure) {
    String why = KafkaErrors.sentence("not asked on " + settings.requests(), failure);
    replies.failed(request.correlation(), why);
    boolean alone =
        failure instanceof BufferExhaustedException
            || KafkaErrors.verdict(failure).kind() == KafkaErrors.Kind.REFUSED;
    if (!alone) {
      end(why);
    }
  }

  private void end(String why) {
    if (!ended.getAndSet(true)) {
      replies.broken(why);
    }
  }

  @Override
  public void close() {
    ended.set(true);
    reader.stop();
    KafkaSink.release(producer, name + "-decisions");
    reader.join();
  }
}
