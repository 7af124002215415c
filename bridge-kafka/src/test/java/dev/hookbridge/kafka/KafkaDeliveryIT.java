package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.kafka.sink.KafkaSink;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster that has lost a part of itself, with spool and sink worker. */
class KafkaDeliveryIT {
  private static final int SCALE = Boolean.getBoolean("hookbridge.full") ? 10 : 1;
  private static final int PARTITIONS = 2;
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final SampleEvents events = new SampleEvents(seed);

  private static int partition(Envelope event) {
    return KafkaSink.partition(event.key().getBytes(StandardCharsets.UTF_8), PARTITIONS);
  }

  private static String topicOnBoth(Broker broker) {
    String topic = TestTopics.newName();
    TestTopics.ask(
        broker.address(),
        admin -> {
          NewTopic wanted = new NewTopic(topic, Map.of(0, List.of(1), 1, List.of(2)));
          admin.createTopics(List.of(wanted)).all().get();
          TestTopics.awaitLeaders(admin, topic);
        });
    return topic;
  }

  @Test
  void keysOfAPartitionWithoutLeaderHoldUpNoOther(@TempDir Path folder) throws Exception {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    List<Broker> brokers = Brokers.kafkas(2);
    try (Pipeline pipeline = new Pipeline(new KafkaTransport(), folder)) {
      String servers = brokers.get(0).address();
      String topic = topicOnBoth(brokers.get(0));
      Map<String, Object> client = Map.of("bootstrap.servers", servers);
      pipeline.sinkWorker(new Settings("sinks.exam", Map.of("topic", topic, "properties", client)));
      List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(500, 20, 500)));
      pipeline.awaitDelivered();
      brokers.get(1).kill();
      List<Envelope> within = pipeline.append(events.mixed(1_000 * SCALE, 20, 500));
      long stuck = within.stream().filter(event -> partition(event) == 1).count();
      pipeline.awaitLag(stuck);
      assertThat(pipeline.lag()).isEqualTo(stuck);
      brokers.get(1).start();
      pipeline.awaitRecovery("a partition without leader");
      taken.addAll(within);
      assertThat(Seen.firstOccurrences(TestTopics.read(servers, topic, taken.size())))
          .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
      assertThat(pipeline.refusals()).isEmpty();
    } finally {
      brokers.forEach(Broker::close);
    }
  }

  /** What waits for a partition that is no more would otherwise wait for ever. */
  @Test
  void aTopicMadeAnewWithFewerPartitionsGoesOn(@TempDir Path folder) throws Exception {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    try (Broker broker = Brokers.kafka();
        Pipeline pipeline = new Pipeline(new KafkaTransport(), folder)) {
      String topic = TestTopics.create(broker.address(), 3, Map.of());
      Map<String, Object> client = Map.of("bootstrap.servers", broker.address());
      pipeline.sinkWorker(new Settings("sinks.exam", Map.of("topic", topic, "properties", client)));
      pipeline.append(events.mixed(100, 20, 500));
      pipeline.awaitDelivered();
      TestTopics.delete(broker.address(), topic);
      List<Envelope> taken = pipeline.append(events.mixed(200 * SCALE, 20, 500));
      TestTopics.create(broker.address(), topic, 1, Map.of());
      pipeline.awaitRecovery("topic made anew with fewer partitions");
      assertThat(Seen.firstOccurrences(TestTopics.read(broker.address(), topic, taken.size())))
          .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
      assertThat(pipeline.refusals()).isEmpty();
    }
  }
}
