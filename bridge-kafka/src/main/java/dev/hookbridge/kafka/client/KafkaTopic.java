package dev.hookbridge.kafka.client;

import dev.hookbridge.api.SinkException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;

/**
 * What a sink must know of its topic before it sends.
 *
 * @param maxMessageBytes the topic's {@code max.message.bytes}, or the largest number there is when
 *     one may not look: the broker's refusal then tells
 */
public record KafkaTopic(int partitions, int maxMessageBytes) {
  private static final int CONFIG_SECONDS = 2;

  public static KafkaTopic read(KafkaSettings settings) throws SinkException {
    return read(settings, settings.topic());
  }

  public static KafkaTopic read(KafkaSettings settings, String topic) throws SinkException {
    try (KafkaAdmin admin = new KafkaAdmin(settings)) {
      var description = admin.topic(topic);
      var config = admin.config(ConfigResource.Type.TOPIC, topic);
      return new KafkaTopic(description.get().partitions().size(), maxMessageBytes(config));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw KafkaErrors.exception("interrupted", e);
    } catch (ExecutionException | KafkaException e) {
      throw KafkaErrors.exception("cannot use topic " + topic + " at " + settings.servers(), e);
    }
  }

  /** Reads on a thread of its own, for {@link #of}. */
  public static Future<KafkaTopic> reading(KafkaSettings settings) {
    FutureTask<KafkaTopic> reading = new FutureTask<>(() -> read(settings));
    Thread thread = new Thread(reading, "kafka-topic");
    thread.setDaemon(true);
    thread.start();
    return reading;
  }

  public static KafkaTopic of(Future<KafkaTopic> reading) throws SinkException {
    try {
      return reading.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw KafkaErrors.exception("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SinkException told) {
        throw told;
      }
      throw KafkaErrors.exception("cannot look at the topic", e);
    }
  }

  public static int maxMessageBytes(KafkaFuture<Config> config) throws InterruptedException {
    try {
      var entry = config.get(CONFIG_SECONDS, TimeUnit.SECONDS).get("max.message.bytes");
      return entry == null ? Integer.MAX_VALUE : Integer.parseInt(entry.value());
    } catch (ExecutionException | TimeoutException | NumberFormatException e) {
      return Integer.MAX_VALUE;
    }
  }
}
