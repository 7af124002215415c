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
 * Checks a broker without leaving a trace. It publishes nothing that a consumer would read. It says
 * so where AMQP cannot show something (the bindings).
 *
 * <p>Each question uses its own channel, because a broker answers "no" by closing the channel.
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

  /** A question to the broker. */
  interface Question {
    void ask(Channel channel) throws IOException;
  }

  /**
   * Checks the broker, the exchange and the queue of the feed.
   *
   * @param create whether to create a missing exchange or queue
   * @return one line for each finding; an unreachable broker is a failure line, not an exception
   */
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
      AlarmCheck.of(link.connection(), broker).ifPresent(checks.lines::add);
      return checks.lines;
    } catch (SinkException e) {
      return failed(broker, settings, e);
    }
  }

  /**
   * Returns the failure lines. When the broker answered, its own message is enough. Otherwise this
   * also looks at what listens at the addresses.
   */
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
   * Creates the queue first, then exchange and binding in one step. A sink that waits for the
   * exchange publishes as soon as the exchange exists, and it parks events without a bound queue.
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
   * Reports type and durability of the exchange. Declaring an existing exchange with equal
   * properties changes nothing; otherwise the error names the difference. This needs the configure
   * permission on the exchange, which a publisher need not have.
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
          Check.failure(
              what, "is not a topic exchange, so patterns do not route: " + differs.detail()));
    } else if (differs.detail().contains("'durable'")) {
      lines.add(
          Check.failure(what, "is not durable and goes when the broker restarts; make it durable"));
    } else {
      lines.add(
          Check.ok(
              what,
              "exists; its type can be checked only with the permission to configure it ("
                  + differs.detail()
                  + ")"));
    }
  }

  /**
   * Checks or creates the queue that has the exchange's name. {@code --create} makes this queue.
   */
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
                      ? "kept as a dead letter"
                      : "discarded and counted")));
    }
  }

  /** Creates the queue unless it exists. The caller still has to bind it. */
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

  /** Asks a question on a new channel. Returns null when the broker accepts it. */
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
