package dev.hookbridge.amqp;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Delivery;
import dev.hookbridge.Check;
import dev.hookbridge.FeedReader;
import dev.hookbridge.SettingKey;
import dev.hookbridge.Settings;
import dev.hookbridge.Sink;
import dev.hookbridge.SinkContext;
import dev.hookbridge.SinkException;
import dev.hookbridge.Transport;
import dev.hookbridge.delivery.DeliveryContract;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Seen;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;

/** The RabbitMQ sink takes the exam; its destinations are a topic exchange and a queue. */
@ExtendWith(Rabbit.Shared.class)
class AmqpSinkContractIT extends DeliveryContract {
  private final Rabbit rabbit;

  AmqpSinkContractIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @Override
  protected Transport transport() {
    return new FromNowOn();
  }

  @Override
  protected Broker broker() {
    return rabbit.broker;
  }

  @Override
  protected Settings destination() {
    String name = "exam." + UUID.randomUUID();
    try {
      rabbit.plainly(
          channel -> {
            channel.exchangeDeclare(name, "topic", true);
            channel.queueDeclare(name, true, false, false, Map.of());
            channel.queueBind(name, name, "#");
          });
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return settings(name);
  }

  /**
   * RabbitMQ has one limit for the whole broker and tells it to nobody before it refuses; {@link
   * AmqpRefusalsIT} examines that.
   */
  @Override
  protected Settings destination(int bytes) {
    return null;
  }

  @Override
  protected Settings missing() {
    return settings("exam." + UUID.randomUUID());
  }

  private Settings settings(String exchange) {
    return new Settings("sinks.exam", Map.of("uri", rabbit.uri(), "exchange", exchange));
  }

  @Override
  protected Stream<Settings> wrong() {
    return AmqpSettingsTest.wrong().map(values -> new Settings("sinks.exam", values));
  }

  /**
   * Leaves the messages in the queue: what is not acknowledged goes back to its place. While a
   * broker that was killed recovers its queues it may answer with an error.
   */
  @Override
  protected List<Seen> consume(Settings destination, int atLeast) {
    List<Seen> seen = new ArrayList<>();
    await()
        .atMost(Duration.ofSeconds(60))
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(
            () -> {
              seen.clear();
              rabbit.plainly(channel -> read(channel, destination.text("exchange"), atLeast, seen));
              return true;
            });
    return seen;
  }

  private static void read(Channel channel, String queue, int atLeast, List<Seen> seen)
      throws Exception {
    BlockingQueue<Delivery> come = new LinkedBlockingQueue<>();
    channel.basicConsume(queue, (tag, delivery) -> come.add(delivery), tag -> {});
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end) {
      Delivery delivery = come.poll(300, TimeUnit.MILLISECONDS);
      if (delivery != null) {
        seen.add(seen(delivery.getProperties(), delivery.getBody()));
      } else if (seen.size() >= atLeast) {
        return;
      }
    }
  }

  private static Seen seen(AMQP.BasicProperties properties, byte[] body) {
    Map<String, String> attributes = new LinkedHashMap<>();
    properties
        .getHeaders()
        .forEach((name, value) -> attributes.put(name.replace("cloudEvents:", ""), "" + value));
    attributes.put("datacontenttype", properties.getContentType());
    return new Seen(attributes.get("partitionkey"), attributes, body);
  }

  /**
   * The transport, but for the feed's beginning: an exchange keeps nothing, so the exam's reader,
   * which is there before anything is sent, begins now.
   */
  private static final class FromNowOn implements Transport {
    private final AmqpTransport amqp = new AmqpTransport();

    @Override
    public String type() {
      return amqp.type();
    }

    @Override
    public List<SettingKey> keys() {
      return amqp.keys();
    }

    @Override
    public void validate(Settings settings) {
      amqp.validate(settings);
    }

    @Override
    public Sink open(Settings settings, SinkContext context) throws SinkException {
      return amqp.open(settings, context);
    }

    @Override
    public Optional<FeedReader> feed(Settings settings, boolean fromBeginning)
        throws SinkException {
      return amqp.feed(settings, false);
    }

    @Override
    public List<Check> check(Settings settings, boolean create) {
      return amqp.check(settings, create);
    }
  }
}
