package dev.hookbridge.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.RabbitCluster;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes and a quorum queue with a member on each, with spool and sink worker. */
@Tag("brokers")
class AmqpClusterIT {
  private static final int SCALE = Boolean.getBoolean("hookbridge.full") ? 10 : 1;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Map<String, Object> QUORUM =
      Map.of("x-queue-type", "quorum", "x-quorum-initial-group-size", 3);
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final SampleEvents events = new SampleEvents(seed);

  @Test
  void leadersKilledOneAfterTheOtherLoseNothing(@TempDir Path folder) throws Exception {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    try (RabbitCluster cluster = new RabbitCluster(3);
        Pipeline pipeline = new Pipeline(new AmqpTransport(), folder)) {
      Rabbit rabbit = new Rabbit(cluster.nodes().get(0));
      String exchange = rabbit.exchange();
      String queue = rabbit.queue(exchange, QUORUM);
      pipeline.sinkWorker(rabbit.settings(exchange, Map.of("uri", cluster.uris())));
      List<Envelope> taken = new ArrayList<>();
      for (int round = 0; round < 3; round++) {
        awaitOnline(cluster, queue, 3);
        taken.addAll(pipeline.append(events.mixed(1_000 * SCALE, 20, 500)));
        pipeline.awaitLag(taken.size() / 2);
        int leader = leader(cluster, queue);
        Broker killed = cluster.nodes().get(leader);
        killed.kill();
        taken.addAll(pipeline.append(events.mixed(500 * SCALE, 20, 500)));
        pipeline.awaitRecovery("leader of a quorum queue killed");
        killed.start();
      }
      awaitOnline(cluster, queue, 3);
      assertThat(Seen.firstOccurrences(rabbit.read(queue, taken.size())))
          .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
      assertThat(pipeline.refusals()).isEmpty();
      assertThat(pipeline.deadLetters()).isEmpty();
    }
  }

  private static String told(Broker node, String queue, String column) {
    return node.run("rabbitmqctl", "-q", "list_queues", "name", column)
        .lines()
        .filter(line -> line.startsWith(queue + "\t"))
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .findFirst()
        .orElse("");
  }

  /** Waits until each node counts so many members of the queue that are up. */
  private static void awaitOnline(RabbitCluster cluster, String queue, int members) {
    await(members + " members online")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptionsInstanceOf(IllegalStateException.class)
        .until(
            () ->
                cluster.nodes().stream()
                    .allMatch(
                        node -> told(node, queue, "online").split("@").length == members + 1));
  }

  /** Returns the number of the node that leads the queue. */
  private static int leader(RabbitCluster cluster, String queue) {
    String leader = told(cluster.nodes().get(0), queue, "leader");
    for (int node = 0; node < cluster.nodes().size(); node++) {
      if (leader.contains(cluster.name(node))) {
        return node;
      }
    }
    throw new IllegalStateException("no leader: " + leader);
  }
}
