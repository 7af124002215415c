package dev.hookbridge.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.api.Transport;
import dev.hookbridge.kafka.KafkaTransport;
import dev.hookbridge.kafka.decision.DecisionSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaSettingsTest {

  private static Settings settings(String topic, Map<String, String> properties) {
    Map<String, String> all = new HashMap<>(Map.of("bootstrap.servers", "kafka1:9092,kafka2:9092"));
    all.putAll(properties);
    return new Settings("sinks.feed", Map.of("topic", topic, "properties", all));
  }

  private static Map<String, Object> producer(Map<String, String> properties) {
    return KafkaSettings.of(settings("libvirt.hooks", properties)).producer("kvm-07", "feed");
  }

  @Test
  void isFoundByItsType() {
    assertThat(ServiceLoader.load(Transport.class))
        .filteredOn(transport -> transport.type().equals("kafka"))
        .hasOnlyElementsOfType(KafkaTransport.class)
        .hasSize(1);
  }

  @Test
  void twoKeysAreRequired() {
    assertThat(new KafkaTransport().keys())
        .extracting(SettingKey::name)
        .containsExactly("topic", "properties", "content-mode", "decisions-topic", "replies-topic");
    assertThat(new KafkaTransport().keys())
        .filteredOn(SettingKey::required)
        .extracting(SettingKey::name)
        .containsExactly("topic", "properties");
  }

  /** A store may be missing while it is replaced; the agent's start does not depend on it. */
  @ParameterizedTest
  @ValueSource(strings = {"ssl.keystore.location", "ssl.truststore.location"})
  void aMissingStoreIsSaidByItsProperty(String property) {
    Settings settings = settings("libvirt.hooks", Map.of(property, "/nowhere/store.p12"));
    KafkaTransport transport = new KafkaTransport();
    transport.validate(settings);
    SinkContext context = new SinkContext("feed", "kvm-07", new SimpleMeterRegistry());
    String sentence = "sinks.feed.properties." + property + " names a file that cannot be read";
    assertThatThrownBy(() -> transport.open(settings, context))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(sentence);
    assertThat(transport.check(settings, false))
        .singleElement()
        .satisfies(line -> assertThat(line.message()).startsWith(sentence));
  }

  /** Asking may not wait, replies may not be guessed at, and neither is a matter of taste. */
  @Test
  void decisionSettingsOverrideTheSinks() {
    Map<String, String> theirs =
        Map.of(
            "bootstrap.servers", "a:1",
            "linger.ms", "500",
            "request.timeout.ms", "60000",
            "buffer.memory", "1048576",
            "interceptor.classes", "x.Y",
            "client.id", "mine");
    Settings written = new Settings("sinks.feed", Map.of("topic", "t", "properties", theirs));
    DecisionSettings settings = DecisionSettings.of(written);
    assertThat(settings.requests()).isEqualTo("libvirt.decisions");
    assertThat(settings.replies()).isEqualTo("libvirt.decisions.replies");
    assertThat(settings.pending("kvm-07", "feed"))
        .containsEntry("max.block.ms", 0)
        .containsEntry("linger.ms", 0)
        .containsEntry("acks", "all")
        .containsEntry("delivery.timeout.ms", 5_000)
        .containsEntry("request.timeout.ms", 3_000)
        .containsEntry("client.id", "hookbridge-kvm-07-feed-decisions")
        .doesNotContainKey("interceptor.classes");
    assertThat(settings.hearing("kvm-07", "feed"))
        .containsEntry("auto.offset.reset", "none")
        .containsEntry("enable.auto.commit", false)
        .doesNotContainKey("group.id");
  }

  @Test
  void defaultsThatAnOperatorMayChange() {
    assertThat(producer(Map.of()))
        .containsEntry("client.id", "hookbridge-kvm-07-feed")
        .containsEntry("request.timeout.ms", 10_000)
        .containsEntry("batch.size", 131_072)
        .containsEntry("linger.ms", 0);
    assertThat(
            producer(
                Map.of(
                    "client.id", "mine",
                    "request.timeout.ms", "3000",
                    "batch.size", "1",
                    "linger.ms", "5")))
        .containsEntry("client.id", "mine")
        .containsEntry("request.timeout.ms", "3000")
        .containsEntry("batch.size", "1")
        .containsEntry("linger.ms", "5");
  }

  @Test
  void requiredPropertiesAreFixed() {
    assertThat(producer(Map.of()))
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", true)
        .containsEntry("max.in.flight.requests.per.connection", 1)
        .containsEntry("delivery.timeout.ms", Integer.MAX_VALUE)
        .containsEntry("retries", Integer.MAX_VALUE)
        .containsEntry("max.block.ms", 4_000)
        .doesNotContainKeys("partitioner.class", "transactional.id");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acks",
        "enable.idempotence",
        "max.in.flight.requests.per.connection",
        "delivery.timeout.ms",
        "retries",
        "max.block.ms",
        "key.serializer",
        "value.serializer",
        "partitioner.class",
        "partitioner.ignore.keys",
        "transactional.id",
        "transaction.two.phase.commit.enable"
      })
  void itIsRefusedToSetThemEvenToTheSame(String name) {
    assertThatThrownBy(() -> producer(Map.of(name, "all")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("sinks.feed.properties." + name + " is set: remove it");
  }

  @Test
  void allOthersPassThroughToEveryClientThatKnowsThem() {
    Map<String, String> properties =
        Map.of(
            "security.protocol", "SASL_SSL",
            "sasl.mechanism", "PLAIN",
            "compression.type", "zstd",
            "plugin.option", "x");
    assertThat(producer(properties)).containsAllEntriesOf(properties);
    KafkaSettings parsed = KafkaSettings.of(settings("t", properties));
    assertThat(parsed.admin())
        .containsEntry("sasl.mechanism", "PLAIN")
        .containsEntry("plugin.option", "x")
        .containsEntry("bootstrap.servers", "kafka1:9092,kafka2:9092")
        .doesNotContainKey("compression.type");
    assertThat(parsed.consumer())
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("enable.auto.commit", false)
        .doesNotContainKeys("compression.type", "group.id");
    assertThat(parsed.unknown()).containsExactly("plugin.option");
  }

  @ParameterizedTest
  @CsvSource({"3145728, 3145728", "'', 1048576"})
  void theLargestRequestIsTheClients(String written, int expected) {
    Map<String, String> properties =
        written.isEmpty() ? Map.of() : Map.of("max.request.size", written);
    assertThat(KafkaSettings.of(settings("t", properties)).maxRequestSize()).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a b", "ä", "a/b"})
  void aTopicThatCannotBe(String topic) {
    assertThatThrownBy(() -> KafkaSettings.of(settings(topic, Map.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("sinks.feed.topic is '" + topic + "'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "kafka1", "kafka1:9092,", "kafka1:http"})
  void serversThatCannotBe(String servers) {
    assertThatThrownBy(() -> producer(Map.of("bootstrap.servers", servers)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("sinks.feed.properties.bootstrap.servers is '");
  }

  @Test
  void aSecretIsInNoMessageAndNoText() {
    Map<String, String> properties =
        Map.of("sasl.jaas.config", "hunter2", "plugin.password", "hunter3", "linger.ms", "hunter2");
    assertThatThrownBy(() -> producer(properties))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("linger.ms")
        .hasMessageNotContaining("hunter");
    assertThat(KafkaSettings.of(settings("t", Map.of("sasl.jaas.config", "hunter2"))).toString())
        .isEqualTo("t at kafka1:9092,kafka2:9092");
  }
}
