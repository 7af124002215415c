package dev.hookbridge.amqp;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.NoOpMetricsCollector;
import com.rabbitmq.client.ShutdownSignalException;
import dev.hookbridge.Envelope;
import dev.hookbridge.FeedReader;
import dev.hookbridge.Reason;
import dev.hookbridge.SinkException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is published from now on, through a queue of its own that goes with the connection.
 *
 * <p>A message counts as read when {@link #poll} has returned it. Somebody who stops polling (a
 * terminal held by Ctrl-S) makes the broker keep what he has not read; past 256 MiB it drops the
 * oldest, because a full broker would block every publisher. Messages that are no CloudEvents are
 * passed over.
 */
final class AmqpFeed implements FeedReader {
  private static final int PREFETCH = 1_000;
  private static final Map<String, Object> QUEUE = Map.of("x-max-length-bytes", 256L << 20);

  /** One delivery; the last one, without envelope, says why no more will come. */
  private record Delivery(long tag, @Nullable Envelope envelope, @Nullable Failure end) {}

  private final AmqpSettings settings;
  private final AmqpLink link;
  private final AmqpProperties properties;
  private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();
  private final Channel channel;

  private AmqpFeed(AmqpSettings settings, AmqpLink link, Channel channel) {
    this.settings = settings;
    this.link = link;
    this.channel = channel;
    this.properties = new AmqpProperties(settings.prefix());
  }

  static AmqpFeed open(AmqpSettings settings) throws SinkException {
    AmqpLink link = AmqpLink.open(settings, "hookbridge feed", new NoOpMetricsCollector());
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
    channel.basicConsume(queue, false, new Incoming(channel));
  }

  @Override
  public List<Envelope> poll(Duration wait) throws SinkException {
    List<Delivery> batch = new ArrayList<>();
    try {
      Delivery first = deliveries.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
      if (first == null) {
        return List.of();
      }
      batch.add(first);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SinkException(Reason.CLOSED, "interrupted while reading", e);
    }
    deliveries.drainTo(batch);
    return taken(batch);
  }

  private List<Envelope> taken(List<Delivery> batch) throws SinkException {
    List<Envelope> envelopes = new ArrayList<>(batch.size());
    long last = 0;
    for (Delivery delivery : batch) {
      if (delivery.end() != null) {
        return ended(envelopes, delivery, delivery.end());
      }
      last = delivery.tag();
      Envelope envelope = delivery.envelope();
      if (envelope != null) {
        envelopes.add(envelope);
      }
    }
    acknowledge(last);
    return envelopes;
  }

  /** What came before the end is still handed out; the next poll finds the end again. */
  private List<Envelope> ended(List<Envelope> before, Delivery last, Failure end)
      throws SinkException {
    deliveries.add(last);
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

  /** On the client's threads; the prefetch bounds what piles up here. */
  private final class Incoming extends DefaultConsumer {
    Incoming(Channel channel) {
      super(channel);
    }

    @Override
    public void handleDelivery(
        String consumer,
        com.rabbitmq.client.Envelope delivery,
        BasicProperties message,
        byte[] body) {
      Envelope envelope = properties.decode(message, body);
      boolean foreign = !envelope.attributes().keySet().containsAll(AmqpProperties.REQUIRED);
      deliveries.add(new Delivery(delivery.getDeliveryTag(), foreign ? null : envelope, null));
    }

    @Override
    public void handleCancel(String consumer) {
      deliveries.add(
          new Delivery(0, null, Failure.ofCode(404, "the broker has deleted the reader's queue")));
    }

    @Override
    public void handleShutdownSignal(String consumer, ShutdownSignalException cause) {
      deliveries.add(new Delivery(0, null, AmqpErrors.of(cause)));
    }
  }
}
