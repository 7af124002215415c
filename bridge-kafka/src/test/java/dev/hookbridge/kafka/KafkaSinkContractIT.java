package dev.hookbridge.kafka;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.Transport;
import dev.hookbridge.delivery.BrokerContract;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import dev.hookbridge.testing.Seen;
import dev.hookbridge.testing.TestSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The Kafka sink takes the exam. */
class KafkaSinkContractIT extends BrokerContract {
  private static final int PARTITIONS = 3;
  private Broker broker;

  /** The {@code content-mode} of its destinations. */
  String mode = "binary";

  @BeforeAll
  void startBroker() {
    broker =
        Brokers.kafka(
            Map.of(
                "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                "allow.everyone.if.no.acl.found", "true"));
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
  protected Settings destination() {
    return destination(2 << 20);
  }

  @Override
  protected Settings limited() {
    return destination(LIMIT);
  }

  private Settings destination(int bytes) {
    String topic =
        TestTopics.create(
            broker.address(), PARTITIONS, Map.of("max.message.bytes", String.valueOf(bytes)));
    return settings(Map.of("topic", topic), Map.of("max.request.size", "3145728"));
  }

  @Override
  protected void raise(Settings limited) {
    TestTopics.limit(broker.address(), TestSettings.text(limited, "topic"), 2 << 20);
  }

  @Override
  protected void lower(Settings limited) {
    TestTopics.limit(broker.address(), TestSettings.text(limited, "topic"), LIMIT);
  }

  @Override
  protected Settings missing() {
    return settings(Map.of("topic", TestTopics.newName()), Map.of());
  }

  @Override
  protected void remove(Settings destination) {
    TestTopics.delete(broker.address(), TestSettings.text(destination, "topic"));
  }

  /** Once a topic has any rule, nobody may do what no rule allows. */
  @Override
  protected void forbid(Settings destination) {
    TestTopics.allowNothingButToLook(broker.address(), TestSettings.text(destination, "topic"));
  }

  @Override
  protected void allow(Settings destination) {
    TestTopics.allowAll(broker.address(), TestSettings.text(destination, "topic"));
  }

  @Override
  protected Settings at(String host, int port, Settings destination) {
    Map<String, String> client =
        new HashMap<>(destination.get(SettingKey.requiredMap("properties", "")));
    client.put("bootstrap.servers", host + ":" + port);
    return new Settings(
        "sinks.exam",
        Map.of(
            "topic",
            TestSettings.text(destination, "topic"),
            "content-mode",
            mode,
            "properties",
            client));
  }

  private Settings settings(Map<String, String> keys, Map<String, String> properties) {
    Map<String, Object> all = new HashMap<>(keys);
    all.put("content-mode", mode);
    Map<String, String> client = new HashMap<>(properties);
    client.put("bootstrap.servers", broker.address());
    all.put("properties", client);
    return new Settings("sinks.exam", all);
  }

  @Override
  protected Stream<Settings> wrong() {
    return Stream.of(
        new Settings("sinks.exam", Map.of()),
        new Settings("sinks.exam", Map.of("topic", "t")),
        new Settings("sinks.exam", Map.of("topic", "t", "properties", Map.of("acks", "all"))),
        settings(Map.of("topic", "with space"), Map.of()),
        settings(Map.of("topic", ".."), Map.of()),
        new Settings("sinks.exam", wrongMode()),
        settings(Map.of("topic", "t", "decisions-topic", "t"), Map.of()),
        settings(Map.of("topic", "t", "decisions-topic", "d", "replies-topic", "d"), Map.of()),
        settings(Map.of("topic", "t", "replies-topic", "a/b"), Map.of()),
        settings(Map.of("topic", "t"), Map.of("acks", "1")),
        settings(Map.of("topic", "t"), Map.of("transactional.id", "x")),
        settings(Map.of("topic", "t"), Map.of("linger.ms", "soon")));
  }

  private Map<String, Object> wrongMode() {
    Map<String, String> client = Map.of("bootstrap.servers", broker.address());
    return Map.of("topic", "t", "content-mode", "batched", "properties", client);
  }

  @Override
  protected List<Seen> consume(Settings destination, int atLeast) {
    return TestTopics.read(broker.address(), TestSettings.text(destination, "topic"), atLeast);
  }
}
