package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.SinkException;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.Run;
import dev.hookbridge.testing.SampleEvents;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Faults that only Kafka has, beyond the exam of every sink. */
class KafkaFaultsIT {
  private final SampleEvents events = new SampleEvents(System.nanoTime());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

  private Sink open(String servers, String topic) throws SinkException {
    Map<String, Object> settings =
        Map.of("topic", topic, "properties", Map.of("bootstrap.servers", servers));
    return new KafkaTransport()
        .open(new Settings("sinks.feed", settings), new SinkContext("feed", "kvm-07", meters));
  }

  /** An event whose key falls on a partition. */
  private Envelope on(Sink sink, int partition) {
    for (int i = 0; ; i++) {
      Envelope event = events.next("guest-" + i, 200);
      if (sink.orderingKey(event).equals(String.valueOf(partition))) {
        return event;
      }
    }
  }

  @Test
  void aPartitionWithoutLeaderHoldsUpNoOther() throws Exception {
    List<Broker> brokers = Brokers.kafkas(2);
    try {
      String topic = TestTopics.newName();
      try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers.get(0).address()))) {
        NewTopic wanted = new NewTopic(topic, Map.of(0, List.of(1), 1, List.of(2)));
        admin.createTopics(List.of(wanted)).all().get();
        TestTopics.awaitLeaders(admin, topic);
        try (Sink sink = open(brokers.get(0).address(), topic)) {
          Envelope before = on(sink, 1);
          new Run(sink).send(before).awaitConfirmed(List.of(before));
          brokers.get(1).kill();
          awaitNoLeader(admin, topic, 1);
          Run run = new Run(sink);
          Envelope waiting = on(sink, 1);
          run.send(waiting);
          for (int i = 0; i < 50; i++) {
            Envelope other = on(sink, 0);
            run.send(other);
            assertThat(run.await(other)).isEqualTo(Outcome.CONFIRMED);
          }
          assertThat(run.outcomes()).doesNotContainKey(waiting.id());
          brokers.get(1).start();
          assertThat(run.await(waiting)).isEqualTo(Outcome.CONFIRMED);
          run.check();
        }
      }
    } finally {
      brokers.forEach(Broker::close);
    }
  }

  private static void awaitNoLeader(Admin admin, String topic, int partition) {
    Awaitility.await("partition " + partition + " without leader")
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                admin
                        .describeTopics(List.of(topic))
                        .allTopicNames()
                        .get()
                        .get(topic)
                        .partitions()
                        .get(partition)
                        .leader()
                    == null);
  }

  @Test
  void aTopicThatIsDeletedHoldsAndIsNeverRefused() throws Exception {
    try (Broker broker = Brokers.kafka()) {
      String topic = TestTopics.create(broker.address(), 2, Map.of());
      try (Sink sink = open(broker.address(), topic);
          Admin admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
        Envelope first = events.next("guest", 100);
        new Run(sink).send(first).awaitConfirmed(List.of(first));
        admin.deleteTopics(List.of(topic)).all().get();
        Run run = new Run(sink);
        Awaitility.await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> run.send(events.next("guest", 100)).failed());
        assertThat(run.outcomes().values())
            .filteredOn(outcome -> !(outcome instanceof Outcome.Confirmed))
            .allSatisfy(
                outcome ->
                    assertThat(outcome).isInstanceOfAny(Outcome.Held.class, Outcome.Broken.class))
            .anySatisfy(
                outcome ->
                    assertThat(outcome)
                        .isInstanceOfSatisfying(
                            Outcome.Held.class,
                            held -> assertThat(held.reason()).isEqualTo(Reason.MISSING)));
      }
    }
  }

  @Test
  void addedPartitionsMoveNoKeyOfAnOpenSink() throws Exception {
    try (Broker broker = Brokers.kafka()) {
      String topic = TestTopics.create(broker.address(), 2, Map.of());
      try (Sink sink = open(broker.address(), topic);
          Admin admin = Admin.create(Map.of("bootstrap.servers", broker.address()))) {
        Envelope event = events.next("guest", 100);
        String key = sink.orderingKey(event);
        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(7))).all().get();
        new Run(sink).send(event).awaitConfirmed(List.of(event));
        assertThat(sink.orderingKey(event)).isEqualTo(key);
        assertThat(TestTopics.records(broker.address(), topic, 1))
            .singleElement()
            .satisfies(record -> assertThat(record.partition()).asString().isEqualTo(key));
      }
    }
  }

  @Test
  void theClientsMetersComeAndGoWithTheSink() throws Exception {
    try (Broker broker = Brokers.kafka()) {
      String topic = TestTopics.create(broker.address(), 2, Map.of());
      Sink sink = open(broker.address(), topic);
      assertThat(meters.getMeters())
          .extracting(Meter::getId)
          .anySatisfy(
              id -> {
                assertThat(id.getName()).startsWith("kafka.producer");
                assertThat(Optional.ofNullable(id.getTag("sink"))).contains("feed");
              });
      sink.close();
      assertThat(meters.getMeters()).isEmpty();
    }
  }
}
