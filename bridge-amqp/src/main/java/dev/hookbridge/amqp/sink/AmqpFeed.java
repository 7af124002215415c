package dev.hookbridge.amqp.sink;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.NoOpMetricsCollector;
import dev.hookbridge.amqp.client.AmqpConnection;
import dev.hookbridge.amqp.client.AmqpErrors;
import dev.hookbridge.amqp.client.AmqpProperties;
import dev.hookbridge.amqp.client.AmqpSettings;
import dev.hookbridge.amqp.client.Deliveries;
import dev.hookbridge.amqp.client.Failure;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Reads the events that are published from now on, through its own queue. The queue is deleted with
 * the connection.
 *
 * <p>A message counts as read when {@link #poll} has returned it. When a reader stops polling (a
 * terminal stopped by Ctrl-S), the broker keeps the unread messages. Above 256 MiB the queue drops
 * the oldest ones, because a full broker would block every publisher. Messages that are not
 * CloudEvents are skipped.
 */
public final class AmqpFeed implements FeedReader {
  private static final int PREFETCH = 1_000;
  private static final Map<String, Object> QUEUE = Map.of("x-max-length-bytes", 256L << 20);

  private final AmqpSettings settings;
  private final AmqpConnection link;
  private final AmqpProperties properties;
  private final Channel channel;
  private final Deliveries deliveries;

  private AmqpFeed(AmqpSettings settings, AmqpConnection link, Channel channel) {
    this.settings = settings;
    this.link = link;
    this.channel = channel;
    this.deliveries = new Deliveries(channel, "the reader's");
    this.properties = new AmqpProperties(settings.prefix());
  }

  /**
   * Connects and starts to consume.
   *
   * @throws SinkException when the broker or the exchange cannot be used
   */
  public static AmqpFeed open(AmqpSettings settings) throws SinkException {
    AmqpConnection link =
        AmqpConnection.open(settings, "hookbridge feed", new NoOpMetricsCollector());
    try {
      AmqpFeed feed = new AmqpFeed(settings, link, link.connection().createChannel());
      feed.subscribe();
      return feed;
    } catch (IOException | RuntimeException e) {
      link.close();
      throw AmqpErrors.of(e).exception(settings.broker() + " exchange " + settings.exchange(), e);
    }
  }

  private void subscribe() throws IOException {
    channel.basicQos(PREFETCH);
    String queue = channel.queueDeclare("", false, true, true, QUEUE).getQueue();
    channel.queueBind(queue, settings.exchange(), "#");
    channel.basicConsume(queue, false, deliveries);
  }

  @Override
  public List<Envelope> poll(Duration wait) throws SinkException {
    List<Deliveries.Delivery> batch = deliveries.pollAll(wait);
    return batch.isEmpty() ? List.of() : taken(batch);
  }

  private List<Envelope> taken(List<Deliveries.Delivery> batch) throws SinkException {
    List<Envelope> envelopes = new ArrayList<>(batch.size());
    long last = 0;
    for (Deliveries.Delivery delivery : batch) {
      if (delivery.end() != null) {
        return ended(envelopes, delivery, delivery.end());
      }
      last = delivery.tag();
      BasicProperties message = Objects.requireNonNull(delivery.message());
      Envelope envelope = properties.decode(message, delivery.body());
      if (envelope.attributes().keySet().containsAll(AmqpProperties.REQUIRED)) {
        envelopes.add(envelope);
      }
    }
    acknowledge(last);
    return envelopes;
  }

  /** Returns the messages before the end. The next poll finds the end again. */
  private List<Envelope> ended(List<Envelope> before, Deliveries.Delivery last, Failure end)
      throws SinkException {
    deliveries.again(last);
    if (before.isEmpty()) {
      throw new SinkException(end.reason(), settings.broker() + ": " + end.detail());
    }
    return before;
  }

  private void acknowledge(long tag) throws SinkException {
    try {
      channel.basicAck(tag, true);
    } catch (IOException | RuntimeException e) {
      throw AmqpErrors.of(e).exception(settings.broker().toString(), e);
    }
  }

  @Override
  public void close() {
    link.close();
  }
}
