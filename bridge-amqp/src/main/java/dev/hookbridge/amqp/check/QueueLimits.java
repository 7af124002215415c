package dev.hookbridge.amqp.check;

import com.rabbitmq.client.Connection;
import dev.hookbridge.amqp.client.Failure;
import dev.hookbridge.api.Check;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Checks whether a queue has a length limit. Without a limit a queue grows while its consumers are
 * away, until the broker's disk alarm blocks every publisher, also those of other applications. A
 * policy can be changed or removed at any time, but a queue argument cannot. So {@code check
 * --create} sets no limit, and shows how to set a policy.
 */
public final class QueueLimits {
  private static final long BYTES = 1L << 30;

  private QueueLimits() {}

  /** Returns the warning for a queue without a limit in its arguments. */
  static Check none(String queue, String vhost) {
    return Check.warning(
        "queue " + queue,
        "has no limit unless a policy gives one, which AMQP does not show: while its consumers are"
            + " away it grows until the broker's disk alarm stops every publisher; set one with "
            + command(queue, vhost)
            + " (1 GiB, choose yours): a full queue then holds events back in the hosts' spools");
  }

  /**
   * Finds out whether the queue has a limit in its arguments. It declares the existing queue again.
   * That changes nothing, and the broker's error names the difference. It needs the configure
   * permission.
   *
   * @return empty when it cannot be found out
   */
  static Optional<Check> of(Connection connection, String queue, String vhost) {
    List<Map<String, Object>> kinds =
        List.of(Map.of("x-queue-type", "quorum"), Map.of("x-queue-type", "classic"), Map.of());
    for (Map<String, Object> arguments : kinds) {
      Failure differs =
          AmqpChecks.ask(
              connection, channel -> channel.queueDeclare(queue, true, false, false, arguments));
      if (differs == null) {
        return Optional.of(none(queue, vhost));
      }
      if (differs.detail().contains("'x-max-length")) {
        return Optional.of(Check.ok("queue " + queue, "has a limit"));
      }
      if (differs.detail().contains("'x-overflow'")) {
        return Optional.empty();
      }
    }
    return Optional.empty();
  }

  /**
   * Returns the shell command that sets a limit of 1 GiB for a queue with a policy. A full queue
   * then rejects messages.
   */
  public static String command(String queue, String vhost) {
    String pattern = queue.replaceAll("[^A-Za-z0-9_ -]", "\\\\$0").replace("\\'", ".");
    return "rabbitmqctl set_policy -p '"
        + vhost
        + "' --apply-to queues '"
        + queue.replace("'", "")
        + "-limit' '^"
        + pattern
        + "$' '{\"max-length-bytes\":"
        + BYTES
        + ",\"overflow\":\"reject-publish\"}'";
  }
}
