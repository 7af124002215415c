package dev.hookbridge.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Settings;
import dev.hookbridge.testing.Broker;
import dev.hookbridge.testing.Brokers;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wrong port, protocol or broker is called by its name. */
class KafkaPortsIT {
  private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule";

  @TempDir Path folder;

  private static String check(String servers, Map<String, String> more) {
    Map<String, String> properties = new HashMap<>(more);
    properties.put("bootstrap.servers", servers);
    Map<String, Object> settings = Map.of("topic", "t", "properties", properties);
    List<Check> lines = new KafkaTransport().check(new Settings("sinks.feed", settings), false);
    assertThat(lines.get(0).level()).as(lines.toString()).isEqualTo(Check.Level.FAILURE);
    assertThat(lines.toString()).doesNotContain("Exception", "java.", "org.");
    return lines.toString();
  }

  @Test
  void aRabbitBroker() {
    try (Broker rabbit = Brokers.rabbitmq()) {
      URI uri = URI.create(rabbit.address());
      String at = uri.getHost() + ":" + uri.getPort();
      assertThat(check(at, Map.of())).contains(at + " speaks AMQP", "write 'type: amqp'");
    }
  }

  @Test
  void withALoginAndTlsAndWithout() {
    Map<String, String> login =
        Map.of(
            "security.protocol", "SASL_PLAINTEXT",
            "sasl.mechanism", "PLAIN",
            "sasl.jaas.config", LOGIN + " required username=\"a\" password=\"b\";");
    try (Broker plain = Brokers.kafka()) {
      assertThat(check(plain.address(), login))
          .contains("takes no login, and security.protocol is SASL_PLAINTEXT: write PLAINTEXT");
      assertThat(check(plain.address(), Map.of("security.protocol", "SSL")))
          .contains("speaks Kafka without TLS, and security.protocol is SSL");
      assertThat(check("kafka9.invalid:9092", Map.of()))
          .contains("no name in bootstrap.servers can be resolved")
          .contains("the name kafka9.invalid cannot be resolved");
    }
  }

  @Test
  void aBrokerThatWantsALogin() {
    Map<String, String> settings =
        Map.of(
            "listener.security.protocol.map", "PLAINTEXT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
            "sasl.enabled.mechanisms", "PLAIN",
            "sasl.mechanism.inter.broker.protocol", "PLAIN",
            "listener.name.plaintext.plain.sasl.jaas.config",
                LOGIN + " required username=\"a\" password=\"a\" user_a=\"a\";");
    try (Broker broker = Brokers.kafka(settings)) {
      assertThat(check(broker.address(), Map.of()))
          .contains(
              "wants a login first, and security.protocol is PLAINTEXT: write SASL_PLAINTEXT");
      Map<String, String> login = new HashMap<>();
      login.put("security.protocol", "SASL_PLAINTEXT");
      login.put("sasl.mechanism", "PLAIN");
      assertThat(check(broker.address(), login))
          .contains("no login is configured: set sasl.jaas.config");
      login.put("sasl.jaas.config", LOGIN + " required username=\"a\" password=\"wrong\";");
      assertThat(check(broker.address(), login))
          .contains("Invalid username or password")
          .doesNotContain("wrong\"", "bootstrap.servers,");
    }
  }

  @Test
  void filesOfKeys() throws Exception {
    Path store = Files.writeString(folder.resolve("trust.p12"), "this is no key store");
    Map<String, String> tls =
        Map.of("security.protocol", "SSL", "ssl.truststore.location", store.toString());
    assertThat(check("127.0.0.1:1", tls))
        .contains(store.toString(), "is not a key store in PKCS12 or JKS");
    Map<String, String> missing =
        Map.of("security.protocol", "SSL", "ssl.truststore.location", "/nope.p12");
    assertThat(check("127.0.0.1:1", missing)).contains("names a file that cannot be read");
  }
}
