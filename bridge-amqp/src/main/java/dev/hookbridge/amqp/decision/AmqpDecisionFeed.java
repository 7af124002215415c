package dev.hookbridge.amqp.decision;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.NoOpMetricsCollector;
import dev.hookbridge.amqp.client.AmqpConnection;
import dev.hookbridge.amqp.client.AmqpErrors;
import dev.hookbridge.amqp.client.AmqpProperties;
import dev.hookbridge.amqp.client.AmqpSettings;
import dev.hookbridge.amqp.client.ConfirmChannel;
import dev.hookbridge.amqp.client.Deliveries;
import dev.hookbridge.api.DecisionFeed;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads decision requests from the queue {@code hookbridge.decide.<group>}, with a rule {@code
 * hookbridge.decide.<group>.<rule>}, and publishes the replies. The broker deletes the queue with
 * its last consumer. So the broker can report that no decider listens.
 *
 * <p>A request is acknowledged with its reply. When a decider dies, another one gets the request.
 * Replies go only to RabbitMQ's own reply addresses. Otherwise anyone who may send requests could
 * make deciders write into any queue.
 */
public final class AmqpDecisionFeed implements DecisionFeed {
  private static final String REPLY_ADDRESS = ConfirmChannel.REPLY_TO + ".";

  /** The queue expires after 60 s when it was declared but never consumed. */
  private static final Map<String, Object> QUEUE = Map.of("x-expires", 60_000);

  private static final int TRANSIENT = 1;

  private final AmqpSettings settings;
  private final AmqpConnection link;
  private final AmqpProperties properties;
  private final Channel channel;
  private final Deliveries deliveries;

  private AmqpDecisionFeed(AmqpSettings settings, AmqpConnection link, Channel channel) {
    this.settings = settings;
    this.link = link;
    this.channel = channel;
    this.deliveries = new Deliveries(channel, "the deciders'");
    this.properties = new AmqpProperties(settings.prefix());
  }

  /**
   * Connects and starts to consume.
   *
   * @param group the name of the group of deciders
   * @param rule the rule whose requests are wanted, {@code *} for all
   * @param atOnce the number of requests in flight at this decider (the prefetch)
   * @throws SinkException when the broker cannot be used
   */
  public static AmqpDecisionFeed open(AmqpSettings settings, String group, String rule, int atOnce)
      throws SinkException {
    AmqpConnection link =
        AmqpConnection.open(settings, "hookbridge decide " + group, new NoOpMetricsCollector());
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
    // Declared as durable only because future brokers will drop support for queues that are neither
    // durable nor exclusive.
    channel.queueDeclare(queue, true, false, true, QUEUE);
    channel.queueBind(queue, settings.decisions(), every ? "#" : rule + ".#");
    channel.basicConsume(queue, false, deliveries);
  }

  @Override
  public Optional<Asked> poll(Duration wait) throws SinkException {
    Deliveries.Delivery delivery = deliveries.poll(wait);
    if (delivery == null) {
      return Optional.empty();
    }
    if (delivery.end() != null) {
      deliveries.again(delivery);
      throw new SinkException(
          delivery.end().reason(), settings.broker() + ": " + delivery.end().detail());
    }
    return request(delivery);
  }

  /** Returns the request, or empty after acknowledging a message that is not a CloudEvent. */
  private Optional<Asked> request(Deliveries.Delivery delivery) throws SinkException {
    BasicProperties message = Objects.requireNonNull(delivery.message());
    Envelope event = properties.decode(message, delivery.body());
    Request request = new Request(event, message, delivery.tag());
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
}
