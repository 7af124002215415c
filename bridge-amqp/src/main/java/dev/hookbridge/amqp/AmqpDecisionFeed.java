package dev.hookbridge.amqp;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.NoOpMetricsCollector;
import com.rabbitmq.client.ShutdownSignalException;
import dev.hookbridge.DecisionFeed;
import dev.hookbridge.Envelope;
import dev.hookbridge.Reason;
import dev.hookbridge.SinkException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of the queue {@code hookbridge.decide.<group>}, and with a rule {@code
 * hookbridge.decide.<group>.<rule>}. The queue goes with its last consumer, so that the broker can
 * say that nobody listens.
 *
 * <p>A request is acknowledged with its reply: one whose decider dies goes to another. Replies go
 * to RabbitMQ's own reply addresses only: who may ask must not be able to make deciders write into
 * any queue he names.
 */
final class AmqpDecisionFeed implements DecisionFeed {
  private static final String REPLY_ADDRESS = ConfirmChannel.REPLY_TO + ".";

  /** One that was declared and never consumed goes too. */
  private static final Map<String, Object> QUEUE = Map.of("x-expires", 60_000);

  private static final int TRANSIENT = 1;

  /** One delivery; the last one, without message, says why no more will come. */
  private record Arrival(
      long tag, @Nullable BasicProperties message, byte[] body, @Nullable Failure end) {}

  private final AmqpSettings settings;
  private final AmqpLink link;
  private final AmqpProperties properties;
  private final BlockingQueue<Arrival> arrivals = new LinkedBlockingQueue<>();
  private final Channel channel;

  private AmqpDecisionFeed(AmqpSettings settings, AmqpLink link, Channel channel) {
    this.settings = settings;
    this.link = link;
    this.channel = channel;
    this.properties = new AmqpProperties(settings.prefix());
  }

  static AmqpDecisionFeed open(AmqpSettings settings, String group, String rule, int atOnce)
      throws SinkException {
    AmqpLink link =
        AmqpLink.open(settings, "hookbridge decide " + group, new NoOpMetricsCollector());
    try {
      AmqpDecisionFeed feed =
          new AmqpDecisionFeed(settings, link, link.connection().createChannel());
      feed.subscribe(group, rule, atOnce);
      return feed;
    } catch (IOException | RuntimeException e) {
      link.close();
      throw AmqpErrors.of(e).exception(settings.broker() + " exchange " + settings.decisions(), e);
    }
  }

  private void subscribe(String group, String rule, int atOnce) throws IOException {
    boolean every = rule.equals("*");
    String queue = "hookbridge.decide." + group + (every ? "" : "." + rule);
    channel.exchangeDeclarePassive(settings.decisions());
    channel.basicQos(atOnce);
    // Durable by declaration only: brokers are about to give up queues that are neither that nor
    // one connection's own.
    channel.queueDeclare(queue, true, false, true, QUEUE);
    channel.queueBind(queue, settings.decisions(), every ? "#" : rule + ".#");
    channel.basicConsume(queue, false, new Incoming(channel));
  }

  @Override
  public Optional<Asked> poll(Duration wait) throws SinkException {
    try {
      Arrival arrival = arrivals.poll(wait.toNanos(), TimeUnit.NANOSECONDS);
      if (arrival == null) {
        return Optional.empty();
      }
      if (arrival.end() != null) {
        arrivals.add(arrival);
        throw new SinkException(
            arrival.end().reason(), settings.broker() + ": " + arrival.end().detail());
      }
      return request(arrival);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SinkException(Reason.CLOSED, "interrupted while reading", e);
    }
  }

  /** What is no CloudEvent is passed over. */
  private Optional<Asked> request(Arrival arrival) throws SinkException {
    BasicProperties message = java.util.Objects.requireNonNull(arrival.message());
    Envelope event = properties.decode(message, arrival.body());
    Request request = new Request(event, message, arrival.tag());
    if (!event.attributes().keySet().containsAll(AmqpProperties.REQUIRED)) {
      request.reply(null);
      return Optional.empty();
    }
    return Optional.of(request);
  }

  @Override
  public void close() {
    link.close();
  }

  private final class Request implements Asked {
    private final Envelope event;
    private final BasicProperties asked;
    private final long tag;

    Request(Envelope event, BasicProperties asked, long tag) {
      this.event = event;
      this.asked = asked;
      this.tag = tag;
    }

    @Override
    public Envelope event() {
      return event;
    }

    @Override
    public void reply(byte @Nullable [] body) throws SinkException {
      String address = asked.getReplyTo();
      boolean ours = address != null && address.startsWith(REPLY_ADDRESS);
      try {
        synchronized (channel) {
          if (body != null && ours) {
            channel.basicPublish("", address, properties(), body);
          }
          channel.basicAck(tag, false);
        }
      } catch (IOException | RuntimeException e) {
        throw AmqpErrors.of(e).exception(settings.broker().toString(), e);
      }
      if (body != null && !ours) {
        throw new SinkException(
            Reason.INVALID, "the request does not want its reply at " + REPLY_ADDRESS + "…");
      }
    }

    private BasicProperties properties() {
      return new BasicProperties.Builder()
          .correlationId(asked.getCorrelationId())
          .contentType("application/json")
          .deliveryMode(TRANSIENT)
          .build();
    }
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
      arrivals.add(new Arrival(delivery.getDeliveryTag(), message, body, null));
    }

    @Override
    public void handleCancel(String consumer) {
      Failure gone = Failure.ofCode(404, "the broker has deleted the deciders' queue");
      arrivals.add(new Arrival(0, null, new byte[0], gone));
    }

    @Override
    public void handleShutdownSignal(String consumer, ShutdownSignalException cause) {
      arrivals.add(new Arrival(0, null, new byte[0], AmqpErrors.of(cause)));
    }
  }
}
