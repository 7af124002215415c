package dev.hookbridge.amqp;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import dev.hookbridge.Settings;
import dev.hookbridge.SinkContext;
import dev.hookbridge.SinkException;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One RabbitMQ for all tests of a run, with a plain client beside that shares no code with the
 * sink. Tests keep out of each other's way by exchanges of their own, and put right what they hurt.
 */
final class Rabbit implements AutoCloseable {
  final Broker broker = Brokers.rabbitmq();
  final MeterRegistry meters = new SimpleMeterRegistry();

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

  void plainly(Deed deed) throws Exception {
    try (Connection connection = plain();
        Channel channel = connection.createChannel()) {
      deed.on(channel);
    }
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
          .computeIfAbsent(Rabbit.class, unused -> new Rabbit());
    }
  }
}
