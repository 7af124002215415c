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
 * <p>The producer repeats for ever what may be repeated, and keeps order while it does. What it
 * gives up ends the run at once: it is closed from inside the callback, before the thread that runs
 * the callback can send anything later.
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
   * Asks for the topic before the producer does, since a producer alone cannot tell a missing topic
   * from a broker that is away before its time is up; and while it is made, which takes as long.
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
        letGo(producer, context.name());
      }
      throw e instanceof SinkException told
          ? told
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
  public String lane(Envelope envelope) {
    return String.valueOf(partition(envelope));
  }

  /** The default partitioner's choice, for as many partitions as there were at the start. */
  private int partition(Envelope envelope) {
    return partition(KafkaHeaders.key(envelope), partitions);
  }

  public static int partition(byte[] key, int partitions) {
    return Utils.toPositive(Utils.murmur2(key)) % partitions;
  }

  @Override
  public int maxEventBytes() {
    return maxEventBytes;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the callback is told the same
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
    int size = envelope.size(); // the callback keeps no more of it in memory
    try {
      producer.send(
          KafkaHeaders.record(topic, partition(envelope), envelope, mode),
          (metadata, failure) -> {
            unanswered.decrementAndGet();
            if (failure == null) {
              answeredAt = System.nanoTime();
              outcome.accept(Outcome.CONFIRMED);
            } else {
              Outcome told = KafkaErrors.outcome(failure, first && sent.get() == number);
              failed(size, told, Thread.currentThread() != caller, outcome);
            }
          });
    } catch (KafkaException | IllegalStateException e) {
      failed(size, KafkaErrors.outcome(e, true), false, outcome);
    }
  }

  /**
   * After the first failure nothing is sent. On the client's own thread the producer is closed here
   * and now, since that thread would go on with what is queued; what could not even be queued, on
   * the caller's thread, leaves those before it their time until {@link #close}.
   */
  private void failed(int size, Outcome told, boolean onClientThread, Consumer<Outcome> outcome) {
    if (ended.compareAndSet(null, ending(told)) && onClientThread) {
      producer.close(Duration.ZERO);
    }
    if (told instanceof Outcome.Refused refused && refused.reason() == Reason.TOO_LARGE) {
      maxEventBytes = Math.min(maxEventBytes, size - 1);
    }
    Outcome.Broken first = ended.get();
    outcome.accept(told instanceof Outcome.Broken && first != null ? first : told);
  }

  /** Called while there is nothing to send, too. */
  @Override
  public void flush() {
    if (unanswered.get() > 0) {
      watch.silent(answeredAt, this::end);
    }
  }

  /** From outside: the client then fails what is outstanding, which is told this cause. */
  private void end(Outcome.Broken cause) {
    if (ended.compareAndSet(null, cause)) {
      producer.close(Duration.ZERO);
    }
  }

  /**
   * What all others are told: the first failure's cause, for that a producer was closed because of
   * it helps nobody. A refusal is about one event and no cause for alarm.
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
    letGo(producer, name);
  }

  /**
   * Closes without waiting for what is outstanding. The client waits for its own thread to end all
   * the same, which may hang in a name server, so it is given its time and left.
   */
  public static void letGo(Producer<byte[], byte[]> producer, String name) {
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
