package dev.hookbridge.amqp;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import com.rabbitmq.client.GetResponse;
import dev.hookbridge.amqp.sink.AmqpSink;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.Seen;
import io.cloudevents.CloudEvent;
import io.cloudevents.jackson.JsonFormat;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One RabbitMQ for all tests of a run, with a plain client beside that shares no code with the
 * sink. Tests keep out of each other's way by exchanges of their own, and put right what they hurt.
 */
final class Rabbit implements AutoCloseable {
  /** As much as a quorum queue gives to a consumer that acknowledges nothing. */
  private static final int QUORUM_CONSUMER = 2_000;

  final Broker broker;
  final MeterRegistry meters = new SimpleMeterRegistry();

  /**
   * @param settings lines of {@code rabbitmq.conf}
   */
  Rabbit(Map<String, String> settings) {
    this(Brokers.rabbitmq(settings));
  }

  /** A broker that somebody else has started. */
  Rabbit(Broker broker) {
    this.broker = broker;
  }

  /** A fresh topic exchange. */
  String exchange() throws Exception {
    String name = "test." + UUID.randomUUID();
    plainly(channel -> channel.exchangeDeclare(name, "topic", true));
    return name;
  }

  /** A fresh durable queue bound to everything. */
  String queue(String exchange, Map<String, Object> arguments) throws Exception {
    String name = "queue." + UUID.randomUUID();
    plainly(
        channel -> {
          channel.queueDeclare(name, true, false, false, arguments);
          channel.queueBind(name, exchange, "#");
        });
    return name;
  }

  String queue(String exchange) throws Exception {
    return queue(exchange, Map.of());
  }

  Connection plain() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(broker.address());
    factory.setAutomaticRecoveryEnabled(false);
    return factory.newConnection("test");
  }

  /** Something to do on a plain channel. */
  interface Deed {
    void on(Channel channel) throws Exception;
  }

  void plainly(Deed deed) {
    try (Connection connection = plain();
        Channel channel = connection.createChannel()) {
      deed.on(channel);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * All messages of a queue, which stay: what is not acknowledged goes back to its place. While a
   * broker that was killed recovers its queues it may answer with an error.
   */
  List<Seen> read(String queue, int atLeast) {
    List<Seen> seen = new ArrayList<>();
    await()
        .atMost(Duration.ofMinutes(5))
        .ignoreExceptionsInstanceOf(IllegalStateException.class)
        .until(
            () -> {
              seen.clear();
              plainly(channel -> read(channel, queue, atLeast, seen));
              return true;
            });
    return seen;
  }

  private static void read(Channel channel, String queue, int atLeast, List<Seen> seen)
      throws Exception {
    BlockingQueue<Delivery> come = new LinkedBlockingQueue<>();
    channel.basicConsume(queue, (tag, delivery) -> come.add(delivery), tag -> {});
    int consumers = 1;
    long last = System.nanoTime();
    while (System.nanoTime() - last < TimeUnit.SECONDS.toNanos(20)) {
      Delivery delivery = come.poll(300, TimeUnit.MILLISECONDS);
      if (delivery != null) {
        last = System.nanoTime();
        seen.add(seen(delivery.getProperties(), delivery.getBody()));
      } else if (seen.size() >= atLeast) {
        return;
      } else if (seen.size() == QUORUM_CONSUMER * consumers) {
        channel.basicConsume(queue, (tag, next) -> come.add(next), tag -> {});
        consumers++;
      }
    }
    System.out.printf(
        "read %d of %d, %d more are ready in %s%n",
        seen.size(), atLeast, channel.messageCount(queue), queue);
  }

  /** Takes messages out of a queue, as a consumer does. */
  List<Seen> take(String queue, int atMost) {
    List<Seen> seen = new ArrayList<>();
    plainly(
        channel -> {
          for (GetResponse got = channel.basicGet(queue, true);
              got != null;
              got = seen.size() < atMost ? channel.basicGet(queue, true) : null) {
            seen.add(seen(got.getProps(), got.getBody()));
          }
        });
    return seen;
  }

  static Seen seen(AMQP.BasicProperties properties, byte[] body) {
    if (String.valueOf(properties.getContentType()).startsWith(JsonFormat.CONTENT_TYPE)) {
      return structured(body);
    }
    Map<String, String> attributes = new LinkedHashMap<>();
    properties
        .getHeaders()
        .forEach((name, value) -> attributes.put(name.replace("cloudEvents:", ""), "" + value));
    attributes.put("datacontenttype", properties.getContentType());
    return new Seen(attributes.get("partitionkey"), attributes, body);
  }

  /** As the CloudEvents SDK reads it. */
  private static Seen structured(byte[] body) {
    CloudEvent event = new JsonFormat().deserialize(body);
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String name : event.getAttributeNames()) {
      attributes.put(name, String.valueOf(event.getAttribute(name)));
    }
    for (String name : event.getExtensionNames()) {
      attributes.put(name, String.valueOf(event.getExtension(name)));
    }
    byte[] data = event.getData() == null ? new byte[0] : event.getData().toBytes();
    return new Seen(attributes.get("partitionkey"), attributes, data);
  }

  /** The address without the login, which is the default one. */
  String uri() {
    return broker.address().replaceFirst("//[^@/]*@", "//");
  }

  Settings settings(String exchange, Map<String, ?> more) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("uri", uri());
    values.put("exchange", exchange);
    values.putAll(more);
    return new Settings("sinks.test", values);
  }

  SinkContext context() {
    return new SinkContext("test", "host.example.org", meters);
  }

  AmqpSink sink(String exchange, Map<String, ?> more) throws SinkException {
    return (AmqpSink) new AmqpTransport().open(settings(exchange, more), context());
  }

  AmqpSink sink(String exchange) throws SinkException {
    return sink(exchange, Map.of());
  }

  /** What rabbitmqctl prints, without its banners. */
  String ctl(String... words) {
    String[] command = new String[words.length + 2];
    command[0] = "rabbitmqctl";
    command[1] = "-q";
    System.arraycopy(words, 0, command, 2, words.length);
    return broker.run(command);
  }

  /** Sets the largest message. RabbitMQ 4 reads the setting at its start and then uses a copy. */
  void limit(int bytes) {
    String set =
        "application:set_env(rabbit, max_message_size, %d),"
            + " persistent_term:put(max_message_size, %d).";
    ctl("eval", set.formatted(bytes, bytes));
  }

  @Override
  public void close() {
    broker.close();
  }

  /** Gives it to constructors and test methods that ask. */
  static final class Shared implements ParameterResolver {
    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
      return parameter.getParameter().getType() == Rabbit.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
      return context
          .getRoot()
          .getStore(ExtensionContext.Namespace.create(List.of(Rabbit.class)))
          .computeIfAbsent(Rabbit.class, unused -> new Rabbit(Map.of()));
    }
  }
}
