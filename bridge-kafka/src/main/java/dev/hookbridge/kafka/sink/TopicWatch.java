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
 * Asks for the topic while nothing is answered. For a topic that was deleted, or made anew with
 * fewer partitions, the client waits as long as it is allowed to, which is for ever, and says
 * nothing: nobody would learn the reason, and a batch for a partition that is no more would wait
 * even after the topic is back.
 */
final class TopicWatch {
  private static final long SILENCE = TimeUnit.SECONDS.toNanos(5);

  /** What the client does not find out, or not soon; silence of a broker it can deal with. */
  private static final Set<Reason> ENDING =
      EnumSet.of(Reason.MISSING, Reason.AUTHORIZATION, Reason.AUTHENTICATION);

  private final KafkaSettings settings;
  private final String sink;
  private final int partitions;
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile long askedAt = System.nanoTime();

  TopicWatch(KafkaSettings settings, String sink, int partitions) {
    this.settings = settings;
    this.sink = sink;
    this.partitions = partitions;
  }

  /**
   * Never blocks; asks on a thread of its own, one question at a time.
   *
   * @param since when there was an answer last, by {@link System#nanoTime}
   * @param end told, on that thread, that the producer is of no more use
   */
  void silent(long since, Consumer<Outcome.Broken> end) {
    long now = System.nanoTime();
    if (now - since > SILENCE && now - askedAt > SILENCE && !asking.getAndSet(true)) {
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
      asking.set(false);
    }
  }
}
