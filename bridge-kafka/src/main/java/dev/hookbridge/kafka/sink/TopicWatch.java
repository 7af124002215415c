package dev.hookbridge.kafka.sink;

import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.kafka.client.KafkaSettings;
import dev.hookbridge.kafka.client.KafkaTopic;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Reads the topic's metadata while the broker confirms nothing. When a topic was deleted, or
 * created again with fewer partitions, the client waits without end and reports nothing. Without
 * this watch the reason would stay unknown. A batch for a removed partition would wait even after
 * the topic is back.
 */
final class TopicWatch {
  private static final long SILENCE = TimeUnit.SECONDS.toNanos(5);

  /**
   * Reasons that end the sink. The client does not find these, or only late. The client itself
   * handles brokers that do not answer.
   */
  private static final Set<Reason> ENDING =
      EnumSet.of(Reason.MISSING, Reason.AUTHORIZATION, Reason.AUTHENTICATION);

  private final KafkaSettings settings;
  private final String sink;
  private final int partitions;
  private final AtomicBoolean pending = new AtomicBoolean();
  private volatile long askedAt = System.nanoTime();

  TopicWatch(KafkaSettings settings, String sink, int partitions) {
    this.settings = settings;
    this.sink = sink;
    this.partitions = partitions;
  }

  /**
   * Starts a check when there was no confirm for 5 s. Never blocks. The check runs on its own
   * thread, one at a time, at most every 5 s.
   *
   * @param since the time of the last confirm, by {@link System#nanoTime}
   * @param end called on that thread when the producer can no longer be used
   */
  void silent(long since, Consumer<Outcome.Broken> end) {
    long now = System.nanoTime();
    if (now - since > SILENCE && now - askedAt > SILENCE && !pending.getAndSet(true)) {
      Thread thread = new Thread(() -> ask(end), "kafka-topic-" + sink);
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void ask(Consumer<Outcome.Broken> end) {
    try {
      int now = KafkaTopic.read(settings).partitions();
      if (now < partitions) {
        end.accept(
            new Outcome.Broken(
                Reason.CLOSED,
                "the topic has " + now + " partitions where it had " + partitions,
                false));
      }
    } catch (SinkException e) {
      if (ENDING.contains(e.reason())) {
        end.accept(new Outcome.Broken(e.reason(), String.valueOf(e.getMessage()), false));
      }
    } finally {
      askedAt = System.nanoTime();
      pending.set(false);
    }
  }
}
