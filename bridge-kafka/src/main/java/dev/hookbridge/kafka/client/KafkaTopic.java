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
 * Holds the topic metadata that a sink needs before it sends.
 *
 * @param partitions the number of partitions
 * @param maxMessageBytes the topic's {@code max.message.bytes}; {@link Integer#MAX_VALUE} when this
 *     user may not read the configuration, then the broker's refusal shows the limit
 */
public record KafkaTopic(int partitions, int maxMessageBytes) {
  private static final int CONFIG_SECONDS = 2;

  /** Reads the metadata of the sink's topic. See {@link #read(KafkaSettings, String)}. */
  public static KafkaTopic read(KafkaSettings settings) throws SinkException {
    return read(settings, settings.topic());
  }

  /**
   * Reads the metadata of a topic from the brokers. Blocks for a few seconds at most.
   *
   * @throws SinkException when the topic is missing, or no broker answers in time
   */
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

  /** Starts to read on a separate daemon thread. {@link #of} waits for the result. */
  public static Future<KafkaTopic> reading(KafkaSettings settings) {
    FutureTask<KafkaTopic> reading = new FutureTask<>(() -> read(settings));
    Thread thread = new Thread(reading, "kafka-topic");
    thread.setDaemon(true);
    thread.start();
    return reading;
  }

  /**
   * Waits for the result of {@link #reading}.
   *
   * @throws SinkException when reading failed
   */
  public static KafkaTopic of(Future<KafkaTopic> reading) throws SinkException {
    try {
      return reading.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw KafkaErrors.exception("interrupted", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SinkException reported) {
        throw reported;
      }
      throw KafkaErrors.exception("cannot look at the topic", e);
    }
  }

  /**
   * Waits up to 2 s for the topic's {@code max.message.bytes}. Returns {@link Integer#MAX_VALUE}
   * when it cannot be read.
   */
  public static int maxMessageBytes(KafkaFuture<Config> config) throws InterruptedException {
    try {
      var entry = config.get(CONFIG_SECONDS, TimeUnit.SECONDS).get("max.message.bytes");
      return entry == null ? Integer.MAX_VALUE : Integer.parseInt(entry.value());
    } catch (ExecutionException | TimeoutException | NumberFormatException e) {
      return Integer.MAX_VALUE;
    }
  }
}
