package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Sink;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.delivery.Pipeline;
import dev.hookbridge.delivery.SinkWorker;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.Run;
import dev.hookbridge.testing.SampleEvents;
import dev.hookbridge.testing.Seen;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Refusals whose exception depends on how many records shared a batch, from a real broker. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KafkaBatchErrorsIT {
  private static final int SCALE = Boolean.getBoolean("hookbridge.full") ? 10 : 1;
  private static final Duration TOO_FAR = Duration.ofMinutes(61); // brokers allow an hour
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final SampleEvents events = new SampleEvents(seed);
  private Broker broker;
  private Pipeline pipeline;

  @BeforeAll
  void start() {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    broker = Brokers.kafka();
  }

  @AfterAll
  void stop() {
    if (broker != null) {
      broker.close();
    }
  }

  @BeforeEach
  void openPipeline(@TempDir Path folder) throws Exception {
    pipeline = new Pipeline(new KafkaTransport(), folder);
  }

  @AfterEach
  void closePipeline() throws Exception {
    SkewedClock.setRight();
    pipeline.close();
  }

  /** A sink that waits a little, so that events share batches. */
  private Settings settings(String topic, Map<String, String> more) {
    Map<String, String> client = new HashMap<>(more);
    client.put("bootstrap.servers", broker.address());
    client.put("interceptor.classes", SkewedClock.class.getName());
    client.putIfAbsent("linger.ms", "50");
    return new Settings("sinks.exam", Map.of("topic", topic, "properties", client));
  }

  private void configure(String topic, String key, String value) {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    AlterConfigOp set = new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    TestTopics.ask(
        broker.address(),
        admin -> admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get());
  }

  private void assertAllInOrder(String topic, List<Envelope> taken) throws Exception {
    List<Seen> seen = TestTopics.read(broker.address(), topic, taken.size());
    assertThat(Seen.firstOccurrences(seen))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
    assertThat(seen).noneMatch(event -> event.attributes().containsKey("reduced"));
    assertThat(pipeline.refusals()).isEmpty();
    assertThat(pipeline.deadLetters()).isEmpty();
  }

  @Test
  void aClockThatIsAnHourAheadHoldsEventsUntilItIsSetRight() throws Exception {
    String topic = TestTopics.create(broker.address(), 3, Map.of());
    SinkWorker sinkWorker = pipeline.sinkWorker(settings(topic, Map.of()));
    List<Envelope> taken = new ArrayList<>(pipeline.append(events.mixed(100, 5, 500)));
    pipeline.awaitDelivered();
    SkewedClock.ahead = TOO_FAR;
    taken.addAll(pipeline.append(events.mixed(500 * SCALE, 5, 500)));
    Pipeline.awaitSteadyProblem(sinkWorker, Reason.CONFIGURATION);
    assertThat(sinkWorker.problem()).contains("clock");
    SkewedClock.setRight();
    pipeline.awaitRecovery("a clock an hour ahead, then set right");
    assertAllInOrder(topic, taken);
  }

  /** The topic takes only what is younger than a millisecond: some are, some are not. */
  @Test
  void aTopicsTimestampLimitHoldsEventsUntilItIsLifted() throws Exception {
    String key = "message.timestamp.before.max.ms";
    String topic = TestTopics.create(broker.address(), 3, Map.of(key, "0"));
    SinkWorker sinkWorker = pipeline.sinkWorker(settings(topic, Map.of()));
    List<Envelope> taken = pipeline.append(events.mixed(500 * SCALE, 5, 500));
    Pipeline.awaitProblem(sinkWorker, Reason.CONFIGURATION);
    configure(topic, key, String.valueOf(Long.MAX_VALUE));
    pipeline.awaitRecovery("a topic's timestamp limit, then lifted");
    assertAllInOrder(topic, taken);
  }

  /** The client splits no batch that is refused for this reason. */
  @Test
  void aBatchThatIsLargerThanASegmentIsSentOneByOne() throws Exception {
    Map<String, String> small = Map.of("segment.bytes", "1048576", "max.message.bytes", "4194304");
    String topic = TestTopics.create(broker.address(), 1, small);
    Map<String, String> batches =
        Map.of("batch.size", "4194304", "max.request.size", "4194304", "linger.ms", "300");
    List<Envelope> taken = pipeline.append(events.mixed(12 * SCALE, 3, 300_000));
    pipeline.sinkWorker(settings(topic, batches));
    pipeline.awaitRecovery("batches larger than a segment");
    assertThat(pipeline.failures(Reason.CONFIGURATION)).isPositive();
    assertAllInOrder(topic, taken);
  }

  /** One of them alone is larger than a segment: it is reduced, and only it. */
  @Test
  void anEventThatIsLargerThanASegmentIsFoundAndReduced() throws Exception {
    Map<String, String> small = Map.of("segment.bytes", "1048576", "max.message.bytes", "4194304");
    String topic = TestTopics.create(broker.address(), 1, small);
    List<Envelope> taken = new ArrayList<>(events.mixed(10, 3, 500));
    taken.add(events.withXml("guest-0", 1_100_000));
    taken.addAll(events.mixed(10, 3, 500));
    pipeline.append(taken);
    Map<String, String> batches = Map.of("batch.size", "4194304", "max.request.size", "4194304");
    pipeline.sinkWorker(settings(topic, batches));
    pipeline.awaitDelivered();
    List<Seen> seen = TestTopics.read(broker.address(), topic, taken.size());
    assertThat(Seen.firstOccurrences(seen))
        .containsExactlyInAnyOrderEntriesOf(Seen.expected(taken));
    assertThat(seen)
        .filteredOn(event -> event.attributes().containsKey("reduced"))
        .extracting(Seen::id)
        .containsOnly(taken.get(10).id());
    assertThat(pipeline.deadLetters()).isEmpty();
  }

  /** The client blames the others of the batch in words of its own. */
  @Test
  void theGoodEventsOfABadBatchAreHeldWithIt() throws Exception {
    for (int bad = 1; bad <= 3; bad++) {
      String topic = TestTopics.create(broker.address(), 1, Map.of());
      List<Envelope> batch = events.mixed(4, 2, 500);
      SkewedClock.ahead = TOO_FAR;
      SkewedClock.only = bad == 3 ? "" : batch.get(bad).id();
      SinkContext context = new SinkContext("exam", "kvm-07", new SimpleMeterRegistry());
      try (Sink sink = new KafkaTransport().open(settings(topic, Map.of()), context)) {
        Run run = new Run(sink).send(batch);
        for (Envelope event : batch) {
          assertThat(run.await(event))
              .isInstanceOfSatisfying(
                  Outcome.Held.class,
                  held -> assertThat(held.reason()).isEqualTo(Reason.CONFIGURATION));
        }
      }
      assertThat(TestTopics.read(broker.address(), topic, 0)).isEmpty();
    }
  }

  /** A compacted topic takes no record without a key, and an event always has one. */
  @Test
  void aCompactedTopicTakesEveryEvent() throws Exception {
    Map<String, String> compacted = Map.of("cleanup.policy", "compact");
    String topic = TestTopics.create(broker.address(), 2, compacted);
    pipeline.sinkWorker(settings(topic, Map.of()));
    List<Envelope> taken = new ArrayList<>(events.mixed(50, 5, 500));
    taken.add(events.next("nameless", 100).with("partitionkey", ""));
    pipeline.append(taken);
    pipeline.awaitDelivered();
    assertAllInOrder(topic, taken);
  }
}
