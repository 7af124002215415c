package dev.hookbridge.amqp.check;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import dev.hookbridge.api.Check;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds out whether the broker has a memory or disk alarm. RabbitMQ reports an alarm only to a
 * connection that has published (connection.blocked), and then reads nothing more from it. So this
 * publishes one empty message to the default exchange with a new UUID as routing key. No queue has
 * that name, so nobody receives the message. After an alarm the connection cannot be used.
 */
final class AlarmCheck {
  private static final int PATIENCE_SECONDS = 4;

  private AlarmCheck() {}

  /**
   * Returns the failure when the broker has an alarm. Waits at most 4 s for the broker's answer.
   *
   * @param broker the subject of the line
   */
  static Optional<Check> of(Connection connection, String broker) {
    CompletableFuture<String> alarm = new CompletableFuture<>();
    connection.addBlockedListener(alarm::complete, () -> {});
    try {
      publish(connection, alarm);
      String reason = alarm.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return reason.isEmpty() ? Optional.empty() : Optional.of(failure(broker, reason));
    } catch (IOException | RuntimeException | ExecutionException | TimeoutException e) {
      return Optional.empty(); // other checks report a broker that does not answer
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /**
   * Publishes. Without an alarm the broker confirms the message, or closes the channel because the
   * user may not write to the default exchange. Both complete the alarm with an empty reason.
   */
  private static void publish(Connection connection, CompletableFuture<String> alarm)
      throws IOException {
    Channel channel = connection.createChannel();
    channel.confirmSelect();
    channel.addConfirmListener(
        (tag, multiple) -> alarm.complete(""), (tag, multiple) -> alarm.complete(""));
    channel.addShutdownListener(cause -> alarm.complete(""));
    channel.basicPublish("", "hookbridge-check-" + UUID.randomUUID(), null, new byte[0]);
  }

  private static Check failure(String broker, String reason) {
    return Check.failure(
        broker,
        "has an alarm and accepts no event ("
            + reason
            + "): 'rabbitmq-diagnostics alarms' names the node; give it memory or disk; events wait"
            + " in the spool until then");
  }
}
