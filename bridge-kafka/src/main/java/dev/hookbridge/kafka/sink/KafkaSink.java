package dev.hookbridge.kafka.sink;

import dev.hookbridge.api.ContentMode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.kafka.client.KafkaErrors;
import dev.hookbridge.kafka.client.KafkaHeaders;
import dev.hookbridge.kafka.client.KafkaSettings;
import dev.hookbridge.kafka.client.KafkaTopic;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes to one topic with one idempotent producer, from {@link #open} to the first failure.
 *
 * <p>The producer retries every retriable error without end, and keeps the order. An error that it
 * does not retry ends the sink at once: the callback closes the producer, before the client's
 * thread can send a later event.
 */
public final class KafkaSink implements Sink {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaSink.class);
  private static final Duration CLOSE = Duration.ofMillis(1_500);
  private static final Outcome.Broken CLOSED =
      new Outcome.Broken(Reason.CLOSED, "the run ended with an earlier event", false);

  private final String servers;
  private final String topic;
  private final ContentMode mode;
  private final String name;
  private final int partitions;
  private final Producer<byte[], byte[]> producer;
  private final KafkaClientMetrics meters;
  private final AtomicReference<Outcome.@Nullable Broken> ended = new AtomicReference<>();
  private final TopicWatch watch;
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicLong sent = new AtomicLong();
  private volatile long answeredAt = System.nanoTime();
  private volatile int maxEventBytes;

  private KafkaSink(
      KafkaSettings settings,
      String name,
      KafkaTopic facts,
      Producer<byte[], byte[]> producer,
      KafkaClientMetrics meters) {
    this.servers = settings.servers();
    this.topic = settings.topic();
    this.mode = settings.mode();
    this.name = name;
    this.partitions = facts.partitions();
    this.maxEventBytes = Math.min(settings.maxRequestSize(), facts.maxMessageBytes());
    this.producer = producer;
    this.meters = meters;
    this.watch = new TopicWatch(settings, name, partitions);
  }

  /**
   * Opens the producer, and reads the topic's metadata in parallel, because both take similar time.
   * A producer alone cannot tell a missing topic from an unreachable broker before its timeout.
   *
   * @throws SinkException when the topic or the brokers cannot be used
   */
  public static KafkaSink open(KafkaSettings settings, SinkContext context) throws SinkException {
    Future<KafkaTopic> reading = KafkaTopic.reading(settings);
    Producer<byte[], byte[]> producer = null;
    try {
      producer = new KafkaProducer<>(settings.producer(context.host(), context.name()));
      KafkaTopic facts = KafkaTopic.of(reading);
      producer.partitionsFor(settings.topic());
      KafkaClientMetrics meters =
          new KafkaClientMetrics(producer, List.of(Tag.of("sink", context.name())));
      meters.bindTo(context.meters());
      return new KafkaSink(settings, context.name(), facts, producer, meters);
    } catch (KafkaException | SinkException e) {
      if (producer != null) {
        release(producer, context.name());
      }
      throw e instanceof SinkException reported
          ? reported
          : KafkaErrors.exception("cannot publish to " + settings, e);
    }
  }

  @Override
  public Ordering ordering() {
    return Ordering.PIPELINED;
  }

  @Override
  public String destination() {
    return servers + " topic " + topic;
  }

  @Override
  public String orderingKey(Envelope envelope) {
    return String.valueOf(partition(envelope));
  }

  /** Returns the default partitioner's choice, for the number of partitions at open time. */
  private int partition(Envelope envelope) {
    return partition(KafkaHeaders.key(envelope), partitions);
  }

  /** Returns the default partitioner's choice for a key (murmur2). */
  public static int partition(byte[] key, int partitions) {
    return Utils.toPositive(Utils.murmur2(key)) % partitions;
  }

  @Override
  public int maxEventBytes() {
    return maxEventBytes;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the callback gets the same result
  public void send(Envelope envelope, Consumer<Outcome> outcome) {
    Outcome.Broken over = ended.get();
    if (over != null) {
      outcome.accept(over);
      return;
    }
    long number = sent.incrementAndGet();
    boolean first = unanswered.getAndIncrement() == 0;
    if (first) {
      answeredAt = System.nanoTime();
    }
    Thread caller = Thread.currentThread();
    int size = envelope.size(); // so the callback does not keep the whole event in memory
    try {
      producer.send(
          KafkaHeaders.record(topic, partition(envelope), envelope, mode),
          (metadata, failure) -> {
            unanswered.decrementAndGet();
            if (failure == null) {
              answeredAt = System.nanoTime();
              outcome.accept(Outcome.CONFIRMED);
            } else {
              Outcome reported = KafkaErrors.outcome(failure, first && sent.get() == number);
              failed(size, reported, Thread.currentThread() != caller, outcome);
            }
          });
    } catch (KafkaException | IllegalStateException e) {
      failed(size, KafkaErrors.outcome(e, true), false, outcome);
    }
  }

  /**
   * Reports a failure. Nothing is sent after the first one. On the client's own thread this closes
   * the producer at once, because that thread would otherwise send what is queued. On the caller's
   * thread the event could not even be queued. Then earlier events can still get their confirm
   * until {@link #close}.
   */
  private void failed(
      int size, Outcome reported, boolean onClientThread, Consumer<Outcome> outcome) {
    if (ended.compareAndSet(null, ending(reported)) && onClientThread) {
      producer.close(Duration.ZERO);
    }
    if (reported instanceof Outcome.Refused refused && refused.reason() == Reason.TOO_LARGE) {
      maxEventBytes = Math.min(maxEventBytes, size - 1);
    }
    Outcome.Broken first = ended.get();
    outcome.accept(reported instanceof Outcome.Broken && first != null ? first : reported);
  }

  /** Watches for silence of the broker. It is also called while there is nothing to send. */
  @Override
  public void flush() {
    if (unanswered.get() > 0) {
      watch.silent(answeredAt, this::end);
    }
  }

  /**
   * Ends the sink from outside. The client then fails all outstanding events, and they get this
   * cause.
   */
  private void end(Outcome.Broken cause) {
    if (ended.compareAndSet(null, cause)) {
      producer.close(Duration.ZERO);
    }
  }

  /**
   * Returns the outcome for all other events: the cause of the first failure. The fact that the
   * producer was closed because of it does not help an operator. A refusal concerns one event only
   * and is not reported as the cause.
   */
  private static Outcome.Broken ending(Outcome first) {
    if (first instanceof Outcome.Broken broken) {
      return broken;
    }
    return first instanceof Outcome.Held held
        ? new Outcome.Broken(held.reason(), held.detail(), false)
        : CLOSED;
  }

  @Override
  public void close() {
    ended.compareAndSet(null, CLOSED);
    meters.close();
    release(producer, name);
  }

  /**
   * Closes a producer without waiting for outstanding events. Waits up to 1.5 s. The client joins
   * its own thread, which may hang in a DNS lookup; a separate thread does this and is then left
   * alone.
   */
  public static void release(Producer<byte[], byte[]> producer, String name) {
    Thread closing = new Thread(() -> closeQuietly(producer), "kafka-close-" + name);
    closing.setDaemon(true);
    closing.start();
    try {
      closing.join(CLOSE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void closeQuietly(Producer<byte[], byte[]> producer) {
    try {
      producer.close(Duration.ZERO);
    } catch (KafkaException e) {
      LOG.debug("closing a producer", e);
    }
  }
}
