package dev.hookbridge.amqp.check;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.NoOpMetricsCollector;
import dev.hookbridge.amqp.client.AmqpConnection;
import dev.hookbridge.amqp.client.AmqpSettings;
import dev.hookbridge.amqp.client.Failure;
import dev.hookbridge.api.Check;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkException;
import java.util.List;

/**
 * Checks the exchange for decision requests, and creates it on demand. Deciders own the queues. The
 * broker can report that no decider listens when no queue is bound.
 */
public final class DecisionChecks {
  private DecisionChecks() {}

  /**
   * Checks the exchange.
   *
   * @param create whether to create a missing exchange
   * @return one line for each finding; an unreachable broker is a failure line, not an exception
   */
  public static List<Check> run(Settings written, boolean create) {
    AmqpSettings settings;
    try {
      settings = AmqpSettings.of(written);
    } catch (IllegalArgumentException e) {
      return List.of(Check.failure("settings", String.valueOf(e.getMessage())));
    }
    try (AmqpConnection link =
        AmqpConnection.open(settings, "hookbridge check", new NoOpMetricsCollector())) {
      return List.of(exchange(link.connection(), settings.decisions(), create));
    } catch (SinkException e) {
      return List.of(Check.failure("broker " + settings.broker(), String.valueOf(e.getMessage())));
    }
  }

  private static Check exchange(Connection connection, String exchange, boolean create) {
    String what = "exchange " + exchange;
    Failure missing =
        AmqpChecks.ask(connection, channel -> channel.exchangeDeclarePassive(exchange));
    if (missing == null) {
      return shape(connection, exchange);
    }
    if (!create) {
      return Check.failure(what, missing.detail() + "; make it with 'hookbridge check --create'");
    }
    Failure failed =
        AmqpChecks.ask(connection, channel -> channel.exchangeDeclare(exchange, "topic", true));
    return failed == null
        ? Check.ok(what, "made, topic, durable; each group of deciders binds a queue to it")
        : Check.failure(what, "could not be made: " + failed.detail());
  }

  /**
   * Checks type and durability by declaring the exchange again. The broker's error names the
   * difference, if this user has the configure permission.
   */
  private static Check shape(Connection connection, String exchange) {
    String what = "exchange " + exchange;
    Failure differs =
        AmqpChecks.ask(connection, channel -> channel.exchangeDeclare(exchange, "topic", true));
    return differs != null && differs.detail().startsWith("406")
        ? Check.failure(what, "is not a durable topic exchange: " + differs.detail())
        : Check.ok(what, "is there; each group of deciders binds a queue to it");
  }
}
