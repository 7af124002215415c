package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Settings;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.kafka.sink.KafkaSink;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartitionInfo;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Three brokers, three replicas, {@code min.insync.replicas=2}, with spool and sink worker. */
@Tag("brokers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KafkaClusterIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int SCALE = Boolean.getBoolean("hookbridge.full") ? 10 : 1;
  private static final int PARTITIONS = 3;
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final SampleEvents events = new SampleEvents(seed);
  private final List<Envelope> taken = new ArrayList<>();
  private List<Broker> brokers = List.of();
  private Pipeline pipeline;
  private String topic;

  @BeforeAll
  void startBrokers() {
    brokers = Brokers.kafkas(3);
  }

  @AfterAll
  void closeBrokers() {
    brokers.forEach(Broker::close);
  }

  @BeforeEach
  void open(@TempDir Path folder) throws SpoolException {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    topic = TestTopics.newName();
    pipeline = new Pipeline(new KafkaTransport(), folder);
    taken.clear();
  }

  @AfterEach
  void close() throws SpoolException {
    pipeline.close();
  }

  private String servers() {
    return brokers.stream().map(Broker::address).collect(Collectors.joining(","));
  }

  private void create(NewTopic wanted) {
    NewTopic safe = wanted.configs(Map.of("min.insync.replicas", "2"));
    TestTopics.ask(
        servers(),
        admin -> {
          admin.createTopics(List.of(safe)).all().get();
          TestTopics.awaitLeaders(admin, topic);
        });
  }

  private void sinkWorker() {
    Map<String, Object> client = Map.of("bootstrap.servers", servers());
    pipeline.sinkWorker(new Settings("sinks.exam", Map.of("topic", topic, "properties", client)));
  }

  private List<TopicPartitionInfo> partitions(Admin admin)
      throws ExecutionException, InterruptedException {
    return admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions();
  }

  /** Waits until these partitions have so many replicas in sync; without any named, all of them. */
  private void awaitInSync(int replicas, Integer... partitions) {
    List<Integer> wanted = partitions.length == 0 ? List.of(0, 1, 2) : List.of(partitions);
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers()))) {
      Awaitility.await(replicas + " replicas in sync")
          .atMost(PATIENCE)
          .ignoreExceptionsInstanceOf(ExecutionException.class)
          .until(
              () ->
                  partitions(admin).stream()
                      .filter(info -> wanted.contains(info.partition()))
                      .allMatch(info -> info.isr().size() == replicas));
    }
  }

  private Broker leader(int partition) {
    int[] id = new int[1];
    TestTopics.ask(servers(), admin -> id[0] = partitions(admin).get(partition).leader().id());
    return brokers.get(id[0] - 1);
  }

  private void assertAllInOrder() throws SpoolException {
    assertThat(Seen.firstOccurrences(TestTopics.read(servers(), topic, taken.size())))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
    assertThat(pipeline.refusals()).isEmpty();
    assertThat(pipeline.deadLetters()).isEmpty();
  }

  @Test
  void leadersKilledOneAfterTheOtherLoseNothing() throws Exception {
    create(new NewTopic(topic, Optional.of(PARTITIONS), Optional.of((short) 3)));
    sinkWorker();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      awaitInSync(3);
      taken.addAll(pipeline.append(events.mixed(1_000 * SCALE, 20, 500)));
      pipeline.awaitLag(taken.size() / 2);
      Broker leader = leader(partition);
      leader.kill();
      taken.addAll(pipeline.append(events.mixed(500 * SCALE, 20, 500)));
      pipeline.awaitRecovery("leader of three replicas killed");
      leader.start();
    }
    awaitInSync(3);
    assertAllInOrder();
  }

  /**
   * Each partition is on two brokers, so one that is killed leaves two partitions with one copy.
   */
  @Test
  void tooFewReplicasInSyncHoldEventsAndOtherPartitionsGoOn() throws Exception {
    create(new NewTopic(topic, Map.of(0, List.of(1, 2), 1, List.of(2, 3), 2, List.of(3, 1))));
    sinkWorker();
    taken.addAll(pipeline.append(events.mixed(300, 20, 500)));
    pipeline.awaitDelivered();
    brokers.get(1).kill();
    awaitInSync(1, 0, 1);
    List<Envelope> within = pipeline.append(events.mixed(300 * SCALE, 20, 500));
    long stuck = within.stream().filter(event -> partition(event) != 2).count();
    pipeline.awaitLag(stuck);
    assertThat(pipeline.lag()).as("not confirmed by one broker alone").isEqualTo(stuck);
    brokers.get(1).start();
    pipeline.awaitRecovery("min.insync.replicas violated, then met");
    taken.addAll(within);
    assertAllInOrder();
  }

  private static int partition(Envelope event) {
    return KafkaSink.partition(event.key().getBytes(StandardCharsets.UTF_8), PARTITIONS);
  }
}
