package dev.hookbridge.amqp.check;

import com.rabbitmq.client.Connection;
import dev.hookbridge.amqp.client.Failure;
import dev.hookbridge.api.Check;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a queue has a bound. Without one it grows while its consumers are away, until the disk
 * alarm of the broker stops every publisher, those of others too. A policy can be changed and taken
 * away at any time, an argument of the queue cannot: so {@code check --create} gives none, and says
 * how a policy is set.
 */
public final class QueueLimits {
  private static final long BYTES = 1L << 30;

  private QueueLimits() {}

  /** For a queue that was just made, of whose arguments none is a limit. */
  static Check none(String queue, String vhost) {
    return Check.warning(
        "queue " + queue,
        "has no limit unless a policy gives one, which AMQP does not show: while its consumers are"
            + " away it grows until the broker's disk alarm stops every publisher; set one with "
            + command(queue, vhost)
            + " (1 GiB, choose yours): a full queue then holds events back in the hosts' spools");
  }

  /**
   * Declaring a queue that is there changes nothing and tells how it differs, to one who may
   * configure it.
   *
   * @return empty when that is not to be found out
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
