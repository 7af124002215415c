package dev.hookbridge.amqp;

import static org.awaitility.Awaitility.await;

import dev.hookbridge.amqp.client.AmqpSettingsTest;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.delivery.BrokerContract;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Seen;
import dev.hookbridge.testing.TestSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;

/** The RabbitMQ sink takes the exam; its destinations are a topic exchange and a queue. */
@ExtendWith(Rabbit.Shared.class)
class AmqpSinkContractIT extends BrokerContract {
  private static final String USER = "exam";
  private static final String PASSWORD = "s3cr3t-of-exam";
  private final Rabbit rabbit;
  private Rabbit small;

  /** The {@code content-mode} of its destinations. */
  String mode = "binary";

  AmqpSinkContractIT(Rabbit rabbit) {
    this.rabbit = rabbit;
  }

  @BeforeAll
  void addUser() {
    rabbit.ctl("add_user", USER, PASSWORD);
    rabbit.ctl("set_permissions", USER, ".*", ".*", ".*");
  }

  @AfterAll
  void putRight() {
    rabbit.ctl("delete_user", USER);
    if (small != null) {
      small.close();
    }
  }

  @Override
  protected Transport transport() {
    return new AmqpTransport();
  }

  @Override
  protected Broker broker() {
    return rabbit.broker;
  }

  @Override
  protected Settings destination() {
    Map<String, Object> user = Map.of("username", USER, "password", PASSWORD);
    return settings(rabbit, destination(rabbit), user);
  }

  /** A topic exchange and a queue of the same name. */
  private static String destination(Rabbit rabbit) {
    String name = "exam." + UUID.randomUUID();
    rabbit.plainly(
        channel -> {
          channel.exchangeDeclare(name, "topic", true);
          channel.queueDeclare(name, true, false, false, Map.of());
          channel.queueBind(name, name, "#");
        });
    return name;
  }

  /** RabbitMQ has one limit for the whole broker, and tells it to nobody before it refuses. */
  @Override
  protected Settings limited() {
    if (small == null) {
      small = new Rabbit(Map.of("max_message_size", String.valueOf(LIMIT)));
    }
    return settings(small, destination(small), Map.of());
  }

  /** Channels that are open do not see it: neither does a sink that keeps its own. */
  @Override
  protected void raise(Settings limited) {
    small.limit(2 << 20);
  }

  @Override
  protected void lower(Settings limited) {
    small.limit(LIMIT);
  }

  @Override
  protected Settings missing() {
    return settings(rabbit, "exam." + UUID.randomUUID(), Map.of());
  }

  private Settings settings(Rabbit rabbit, String exchange, Map<String, ?> more) {
    Map<String, Object> values = new LinkedHashMap<>(more);
    values.put("uri", rabbit.uri());
    values.put("exchange", exchange);
    values.put("content-mode", mode);
    return new Settings("sinks.exam", values);
  }

  @Override
  protected void remove(Settings destination) {
    rabbit.plainly(channel -> channel.exchangeDelete(TestSettings.text(destination, "exchange")));
  }

  /** RabbitMQ 3.10 that is killed may come back without a binding that it had acknowledged. */
  @Override
  protected void restore(Settings destination) {
    String name = TestSettings.text(destination, "exchange");
    await()
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptionsInstanceOf(IllegalStateException.class) // while it recovers its queues
        .until(
            () -> {
              rabbit.plainly(channel -> channel.queueBind(name, name, "#"));
              return true;
            });
  }

  /** Open channels remember for a while what was allowed; new ones do not. */
  @Override
  protected void forbid(Settings destination) {
    rabbit.ctl("set_permissions", USER, "^$", "^$", "^$");
    rabbit.ctl("close_all_connections", "permissions have changed");
  }

  @Override
  protected void allow(Settings destination) {
    rabbit.ctl("set_permissions", USER, ".*", ".*", ".*");
  }

  @Override
  protected Settings at(String host, int port, Settings destination) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("uri", "amqp://" + host + ":" + port);
    values.put("exchange", TestSettings.text(destination, "exchange"));
    values.put("content-mode", mode);
    return new Settings("sinks.exam", values);
  }

  @Override
  protected Stream<Settings> wrong() {
    return AmqpSettingsTest.wrong().map(values -> new Settings("sinks.exam", values));
  }

  @Override
  protected List<Seen> consume(Settings destination, int atLeast) {
    boolean limited = small != null && small.uri().equals(TestSettings.text(destination, "uri"));
    return (limited ? small : rabbit).read(TestSettings.text(destination, "exchange"), atLeast);
  }
}
