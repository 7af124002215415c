package dev.hookbridge.kafka.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.PortProbe;
import dev.hookbridge.api.PortProbe.Protocol;
import org.junit.jupiter.api.Test;

/** What is said of a port, by what listens there and what the properties say. */
class KafkaPortsTest {
  private static String words(Protocol protocol, boolean tls, boolean login, String configured) {
    return KafkaPorts.words(new PortProbe("k", 9093, protocol, tls, login), configured);
  }

  @Test
  void tlsWhereNoneIsConfigured() {
    assertThat(words(Protocol.KAFKA, true, false, "PLAINTEXT")).endsWith("PLAINTEXT: write SSL");
    assertThat(words(Protocol.KAFKA, true, true, "SASL_PLAINTEXT")).endsWith(": write SASL_SSL");
    assertThat(words(Protocol.UNKNOWN, true, false, "PLAINTEXT")).contains("k:9093 speaks TLS");
    assertThat(words(Protocol.KAFKA, false, true, "SASL_SSL")).endsWith("or SASL_PLAINTEXT");
  }

  @Test
  void fittingLimitsGiveNoWarning() {
    assertThat(words(Protocol.KAFKA, false, false, "PLAINTEXT")).isEmpty();
    assertThat(words(Protocol.KAFKA, true, false, "SSL")).isEmpty();
    assertThat(words(Protocol.KAFKA, true, true, "SASL_SSL")).isEmpty();
    assertThat(words(Protocol.KAFKA, false, true, "SASL_PLAINTEXT")).isEmpty();
    assertThat(words(Protocol.UNKNOWN, true, false, "SSL")).isEmpty();
  }

  @Test
  void aLoginMoreOrLess() {
    assertThat(words(Protocol.KAFKA, true, true, "SSL"))
        .contains("wants a login", "write SASL_SSL");
    assertThat(words(Protocol.KAFKA, true, false, "SASL_SSL")).contains("takes no login");
  }
}
