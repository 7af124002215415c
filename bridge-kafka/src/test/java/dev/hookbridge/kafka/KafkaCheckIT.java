package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Settings;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ListAssert;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KafkaCheckIT {
  private Broker broker;

  @BeforeAll
  void start() {
    broker = Brokers.kafka(Map.of("auto.create.topics.enable", "true"));
  }

  @AfterAll
  void close() {
    if (broker != null) {
      broker.close();
    }
  }

  private List<Check> check(String topic, boolean create, Map<String, String> more) {
    Map<String, String> properties = new HashMap<>(more);
    properties.putIfAbsent("bootstrap.servers", broker.address());
    Map<String, Object> settings = Map.of("topic", topic, "properties", properties);
    return new KafkaTransport().check(new Settings("sinks.feed", settings), create);
  }

  private static ListAssert<Check.Level> levels(List<Check> lines, String words) {
    return assertThat(
            lines.stream()
                .filter(line -> line.toString().contains(words))
                .map(Check::level)
                .toList())
        .as("lines with '%s' among %s", words, lines)
        .isNotEmpty();
  }

  @Test
  void aMissingTopicIsAFailureAndIsMadeOnlyWhenAsked() {
    String topic = TestTopics.newName();
    levels(check(topic, false, Map.of()), "is not there").containsOnly(Check.Level.FAILURE);
    levels(check(topic, false, Map.of()), "is not there").containsOnly(Check.Level.FAILURE);
    levels(check(topic, true, Map.of()), "made with 12 partitions").containsOnly(Check.Level.OK);
    levels(check(topic, false, Map.of()), "with 12 partitions").containsOnly(Check.Level.OK);
  }

  @Test
  void itWarnsOfWhatWouldSurpriseLater() {
    Map<String, String> configs =
        Map.of(
            "max.message.bytes", "65536",
            "cleanup.policy", "compact",
            "message.timestamp.before.max.ms", "60000");
    String topic = TestTopics.create(broker.address(), 2, configs);
    List<Check> lines = check(topic, false, Map.of("sasl.mechansim", "PLAIN"));
    levels(lines, "auto.create.topics.enable").containsOnly(Check.Level.WARNING);
    levels(lines, "sasl.mechansim").containsOnly(Check.Level.WARNING);
    levels(lines, "takes 65536 bytes").containsOnly(Check.Level.WARNING);
    levels(lines, "is compacted").containsOnly(Check.Level.WARNING);
    levels(lines, "message.timestamp.before.max.ms is 60000").containsOnly(Check.Level.WARNING);
    assertThat(lines).noneMatch(line -> line.toString().contains("timestamp.after"));
    levels(lines, "may write").containsOnly(Check.Level.OK);
    assertThat(lines).noneMatch(line -> line.level() == Check.Level.FAILURE);
  }

  @Test
  void aShortLivedTopicAndOneThatTheBrokersCompressAnew() {
    Map<String, String> configs =
        Map.of(
            "retention.ms", "3600000",
            "retention.bytes", "1048576",
            "compression.type", "gzip");
    String topic = TestTopics.create(broker.address(), 2, configs);
    List<Check> lines = check(topic, false, Map.of("compression.type", "lz4"));
    levels(lines, "keeps events for 1h only (retention.ms=3600000)")
        .containsOnly(Check.Level.WARNING);
    levels(lines, "keeps 1048576 bytes of events in each partition")
        .containsOnly(Check.Level.WARNING);
    levels(lines, "compression.type=gzip and this sink sends lz4: the brokers compress")
        .containsOnly(Check.Level.WARNING);
    assertThat(check(topic, false, Map.of("compression.type", "gzip")))
        .noneMatch(line -> line.toString().contains("compress every batch"));
  }

  @Test
  void anOrdinaryTopicIsNoWarning() {
    String topic = TestTopics.create(broker.address(), 2, Map.of());
    assertThat(check(topic, false, Map.of("compression.type", "lz4")))
        .filteredOn(line -> line.what().startsWith("topic "))
        .allMatch(line -> line.level() == Check.Level.OK);
  }

  @Test
  void tooFewReplicasInSyncIsAFailure() {
    String topic = TestTopics.create(broker.address(), 2, Map.of("min.insync.replicas", "2"));
    levels(check(topic, false, Map.of()), "min.insync.replicas is 2")
        .containsOnly(Check.Level.FAILURE);
  }

  @Test
  void nobodyThereIsOneFailure() {
    List<Check> lines = check("t", false, Map.of("bootstrap.servers", "127.0.0.1:1"));
    levels(lines, "no broker answered in time").containsExactly(Check.Level.FAILURE);
    levels(lines, "nothing listens at 127.0.0.1:1").containsExactly(Check.Level.FAILURE);
    assertThat(lines).hasSize(2);
  }
}
