package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.DecisionChannel;
import dev.hookbridge.api.DecisionRequest;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.DecisionBrokerContract;
import dev.hookbridge.testing.Heard;
import dev.hookbridge.testing.TestSettings;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The Kafka channel takes the exam; the hosts of it read different partitions. */
class DecisionChannelIT extends DecisionBrokerContract {
  private static final int PARTITIONS = 5;
  private Broker broker;

  @BeforeAll
  void startBroker() {
    broker = Brokers.kafka();
  }

  @AfterAll
  void closeBroker() {
    if (broker != null) {
      broker.close();
    }
  }

  @Override
  protected Transport transport() {
    return new KafkaTransport();
  }

  @Override
  protected Broker broker() {
    return broker;
  }

  @Override
  protected boolean tellsUnheard() {
    return false;
  }

  @Override
  protected Settings place() {
    Settings place = nowhere();
    TestTopics.create(broker.address(), TestSettings.text(place, "decisions-topic"), 2, Map.of());
    TestTopics.create(
        broker.address(), TestSettings.text(place, "replies-topic"), PARTITIONS, Map.of());
    return place;
  }

  @Override
  protected Settings nowhere() {
    String name = TestTopics.newName();
    return new Settings(
        "sinks.exam",
        Map.of(
            "topic",
            name + ".feed",
            "decisions-topic",
            name,
            "replies-topic",
            name + ".replies",
            "properties",
            Map.of("bootstrap.servers", broker.address())));
  }

  @Override
  protected PlainDecider plain(Settings place) {
    return new PlainDecider(broker.address(), TestSettings.text(place, "decisions-topic"));
  }

  /** By Kafka's own arithmetic, which a decider in any language can do. */
  private static int partition(String host, int partitions) {
    return Utils.toPositive(Utils.murmur2(host.getBytes())) % partitions;
  }

  @Test
  void theReplyIsWantedOnTheHostsPartition() throws Exception {
    assertThat(partition(HOST, PARTITIONS)).isNotEqualTo(partition(OTHER_HOST, PARTITIONS));
    Settings place = place();
    try (PlainDecider decider = plain(place);
        DecisionChannel channel = ready(place, HOST, new Heard())) {
      channel.ask(questions.next("placement", "web-1"));
      PlainDecider.Asking pending = decider.next();
      int expected = partition(HOST, PARTITIONS);
      assertThat(pending.header("kafka_replyPartition")).containsExactly(0, 0, 0, expected);
      assertThat(pending.header("kafka_correlationId")).hasSize(16);
      assertThat(pending.header("kafka_replyTopic"))
          .asString()
          .isEqualTo(TestSettings.text(place, "replies-topic"));
    }
  }

  /** While nobody asks, and with a partition that is no more. */
  @Test
  void fewerPartitionsOfRepliesThanBeforeEndTheChannelAndTheNextOneKnows() throws Exception {
    Settings place = place();
    String replies = TestSettings.text(place, "replies-topic");
    Heard heard = new Heard();
    DecisionChannel before = ready(place, HOST, heard);
    assertThat(partition(HOST, PARTITIONS)).isPositive();
    TestTopics.delete(broker.address(), replies);
    heard.awaitBroken(Duration.ofSeconds(45));
    assertThat(before.ready()).isFalse();
    TestTopics.create(broker.address(), replies, 1, Map.of());
    Heard again = new Heard();
    try (PlainDecider decider = plain(place);
        DecisionChannel after = ready(place, HOST, again)) {
      DecisionRequest request = questions.next("placement", "web-1");
      after.ask(request);
      PlainDecider.Asking pending = decider.next();
      assertThat(pending.header("kafka_replyPartition")).containsExactly(0, 0, 0, 0);
      pending.reply(request.correlation(), new byte[] {1});
      again.awaitReplies(request.correlation(), 1);
    }
  }
}
