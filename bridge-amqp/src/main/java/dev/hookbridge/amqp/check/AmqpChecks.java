package dev.hookbridge.amqp.check;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.NoOpMetricsCollector;
import dev.hookbridge.amqp.client.AmqpConnection;
import dev.hookbridge.amqp.client.AmqpErrors;
import dev.hookbridge.amqp.client.AmqpSettings;
import dev.hookbridge.amqp.client.Failure;
import dev.hookbridge.api.Check;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a broker without leaving a trace: nothing is published, since a message that proves a
 * binding would be one that a consumer reads. What AMQP cannot tell (which bindings there are) is
 * said to be so.
 *
 * <p>Every question has a channel of its own, because a broker answers no by closing it.
 */
public final class AmqpChecks {
  private static final Set<Reason> ANSWERED =
      Set.of(Reason.AUTHENTICATION, Reason.AUTHORIZATION, Reason.MISSING, Reason.REJECTED);

  private final AmqpSettings settings;
  private final Connection connection;
  private final String exchange;
  private final List<Check> lines = new ArrayList<>();

  private AmqpChecks(AmqpSettings settings, Connection connection) {
    this.settings = settings;
    this.connection = connection;
    this.exchange = settings.exchange();
  }

  /** What is asked of the broker. */
  interface Question {
    void ask(Channel channel) throws IOException;
  }

  public static List<Check> run(Settings written, boolean create) {
    AmqpSettings settings;
    try {
      settings = AmqpSettings.of(written);
    } catch (IllegalArgumentException e) {
      return List.of(Check.failure("settings", String.valueOf(e.getMessage())));
    }
    String broker = "broker " + settings.broker();
    try (AmqpConnection link =
        AmqpConnection.open(settings, "hookbridge check", new NoOpMetricsCollector())) {
      AmqpChecks checks = new AmqpChecks(settings, link.connection());
      checks.lines.add(Check.ok(broker, "connected as " + settings.broker().username()));
      checks.plaintext(broker);
      checks.exchange(create);
      return checks.lines;
    } catch (SinkException e) {
      return failed(broker, settings, e);
    }
  }

  /** A broker that has answered says itself what is wrong; of anything else one look says more. */
  private static List<Check> failed(String broker, AmqpSettings settings, SinkException e) {
    List<Check> lines = new ArrayList<>();
    lines.add(Check.failure(broker, String.valueOf(e.getMessage())));
    if (!ANSWERED.contains(e.reason())) {
      AmqpPorts.look(settings.broker()).forEach(found -> lines.add(Check.failure("uri", found)));
    }
    return lines;
  }

  private void plaintext(String broker) {
    if (!settings.broker().tls() && !connection.getAddress().isLoopbackAddress()) {
      lines.add(
          Check.warning(broker, "the password and every event travel in clear: use amqps://"));
    }
  }

  private void exchange(boolean create) {
    String what = "exchange " + exchange;
    Failure missing = ask(channel -> channel.exchangeDeclarePassive(exchange));
    if (missing == null) {
      shape(what);
      queue(create);
    } else if (create) {
      makeBoth(what);
    } else {
      lines.add(
          Check.failure(what, missing.detail() + "; make it with 'hookbridge check --create'"));
    }
  }

  /**
   * The queue first, then exchange and binding in one go: a sink that waits for the exchange
   * publishes the moment it is there, and parks what no queue is bound for.
   */
  private void makeBoth(String what) {
    Check queue = queueFor();
    boolean bind = queue.level() == Check.Level.OK;
    Failure failed =
        ask(
            channel -> {
              channel.exchangeDeclareNoWait(exchange, "topic", true, false, false, Map.of());
              if (bind) {
                channel.queueBind(exchange, exchange, "#");
              } else {
                channel.exchangeDeclarePassive(exchange);
              }
            });
    lines.add(
        failed == null
            ? Check.ok(what, "made, topic, durable")
            : Check.failure(what, "could not be made or bound: " + failed.detail()));
    if (failed == null || !bind) {
      lines.add(queue);
    }
    if (failed == null && bind) {
      limit();
    }
  }

  private void limit() {
    String vhost = settings.broker().vhost();
    QueueLimits.of(connection, exchange, vhost).ifPresent(lines::add);
  }

  /**
   * Declaring an exchange that is there as it should be changes nothing and tells how it differs.
   * It needs the permission to configure it, which a publisher need not have.
   */
  private void shape(String what) {
    Failure differs = ask(channel -> channel.exchangeDeclare(exchange, "topic", true));
    if (differs == null) {
      lines.add(
          Check.ok(
              what, "topic, durable, without an alternate exchange unless a policy gives one"));
    } else if (differs.detail().contains("'alternate-exchange'")) {
      lines.add(
          Check.ok(what, "topic, durable, with an alternate exchange for what no queue is bound"));
    } else if (differs.detail().contains("'type'")) {
      lines.add(
          Check.failure(what, "is no topic exchange, patterns do not route: " + differs.detail()));
    } else if (differs.detail().contains("'durable'")) {
      lines.add(
          Check.failure(what, "is not durable and goes when the broker restarts; make it durable"));
    } else {
      lines.add(
          Check.ok(
              what,
              "is there; its type can be told only with the permission to configure it ("
                  + differs.detail()
                  + ")"));
    }
  }

  /** The queue that {@code create} makes bears the exchange's name. */
  private void queue(boolean create) {
    if (ask(channel -> channel.queueDeclarePassive(exchange)) == null) {
      lines.add(Check.ok("queue " + exchange, "is there"));
      limit();
    } else if (create) {
      Check queue = queueFor();
      Failure unbound = ask(channel -> channel.queueBind(exchange, exchange, "#"));
      lines.add(
          queue.level() == Check.Level.FAILURE || unbound == null
              ? queue
              : Check.failure("queue " + exchange, "could not be bound: " + unbound.detail()));
      if (queue.level() == Check.Level.OK) {
        limit();
      }
    } else {
      lines.add(
          Check.ok(
              "bindings",
              "cannot be seen through AMQP (rabbitmqctl list_bindings shows them); an event no queue"
                  + " is bound for is "
                  + (settings.unroutable() == AmqpSettings.Unroutable.PARK
                      ? "parked as a dead letter"
                      : "discarded and counted")));
    }
  }

  /** Makes the queue, unless it is there already; it still has to be bound. */
  private Check queueFor() {
    String what = "queue " + exchange;
    String bound = "bound to all events with #";
    if (ask(channel -> channel.queueDeclarePassive(exchange)) == null) {
      return Check.ok(what, "was there, " + bound);
    }
    String kind = "quorum";
    Failure failed = ask(channel -> declare(channel, Map.of("x-queue-type", "quorum")));
    if (failed != null) {
      kind = "classic, as the broker has no quorum queues";
      failed = ask(channel -> declare(channel, Map.of()));
    }
    return failed == null
        ? Check.ok(what, "made, durable, " + kind + ", " + bound)
        : Check.failure(what, "could not be made: " + failed.detail());
  }

  private void declare(Channel channel, Map<String, Object> arguments) throws IOException {
    channel.queueDeclare(exchange, true, false, false, arguments);
  }

  private @Nullable Failure ask(Question question) {
    return ask(connection, question);
  }

  /** Null when the answer was yes. */
  static @Nullable Failure ask(Connection connection, Question question) {
    try {
      Channel channel = connection.createChannel();
      question.ask(channel);
      channel.abort();
      return null;
    } catch (IOException | RuntimeException e) {
      return AmqpErrors.of(e);
    }
  }
}
