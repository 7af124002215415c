package dev.hookbridge.amqp.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Address;
import dev.hookbridge.api.ContentMode;
import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

public final class AmqpSettingsTest {
  private static final String SECRET = "hunter2";

  @TempDir Path folder;

  private static AmqpSettings read(Map<String, ?> values) {
    return AmqpSettings.of(new Settings("sinks.audit", values));
  }

  /** The least that is needed, and these. */
  private static Map<String, Object> with(Object... more) {
    Map<String, Object> values = new LinkedHashMap<>();
    values.put("uri", "amqp://rabbit.example.org");
    values.put("exchange", "libvirt.hooks");
    for (int i = 0; i < more.length; i += 2) {
      values.put((String) more[i], more[i + 1]);
    }
    return values;
  }

  @Test
  void theDefaultsAreTheDocumentedOnes() {
    AmqpSettings settings = read(with());
    assertThat(settings.broker().tls()).isFalse();
    assertThat(settings.broker().addresses())
        .containsExactly(new Address("rabbit.example.org", 5672));
    assertThat(settings.broker().vhost()).isEqualTo("/");
    assertThat(settings.broker().username()).isEqualTo("guest");
    assertThat(settings.broker().password()).isEqualTo("guest");
    assertThat(settings.exchange()).isEqualTo("libvirt.hooks");
    assertThat(settings.decisions()).isEqualTo("libvirt.decisions");
    assertThat(settings.prefix()).isEqualTo("cloudEvents:");
    assertThat(settings.unroutable()).isEqualTo(AmqpSettings.Unroutable.PARK);
    assertThat(settings.heartbeat()).isEqualTo(Duration.ofSeconds(5));
    assertThat(settings.connectionTimeout()).isEqualTo(Duration.ofSeconds(3));
    assertThat(settings.confirmTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.tls()).isEqualTo(new TlsSettings(null, null, "", null, "", true));
  }

  @Test
  void everyDocumentedDefaultIsWhatLeavingTheKeyOutMeans() {
    for (SettingKey<?> key : AmqpSettings.KEYS) {
      assertThat(key.description()).as(key.name()).isNotBlank().endsWith(".");
      if (!key.required() && !key.fallback().isEmpty()) {
        assertThat(read(with(key.name(), key.fallback()))).as(key.name()).isEqualTo(read(with()));
      }
    }
  }

  @Test
  void everyKeyIsRead() throws IOException {
    Path file = Files.writeString(folder.resolve("store"), "anything");
    AmqpSettings settings =
        read(
            with(
                "uri",
                    List.of(
                        "amqps://a.example.org/prod%2Fone",
                        "amqps://b.example.org:5999/prod%2Fone"),
                "username", "publisher",
                "password", SECRET,
                "exchange", "other",
                "decisions-exchange", "asked",
                "prefix", "ce-",
                "content-mode", "structured",
                "unroutable", "discard",
                "heartbeat", "1500ms",
                "connection-timeout", "6s",
                "confirm-timeout", "10m",
                "tls-truststore", file,
                "tls-truststore-password", "trust" + SECRET,
                "tls-keystore", file,
                "tls-keystore-password", "key" + SECRET,
                "tls-verify-hostname", "false"));
    assertThat(settings)
        .isEqualTo(
            new AmqpSettings(
                new AmqpSettings.Broker(
                    true,
                    List.of(new Address("a.example.org", 5671), new Address("b.example.org", 5999)),
                    "prod/one",
                    "publisher",
                    SECRET),
                new TlsSettings(null, file, "trust" + SECRET, file, "key" + SECRET, false),
                "other",
                "asked",
                "ce-",
                ContentMode.STRUCTURED,
                AmqpSettings.Unroutable.DISCARD,
                Duration.ofSeconds(2),
                Duration.ofSeconds(6),
                Duration.ofMinutes(10)));
    assertThat(settings.toString()).doesNotContain(SECRET);
    assertThat(read(with("uri", "amqps://a.example.org", "tls-ca", file)).tls().ca())
        .isEqualTo(file);
  }

  @ParameterizedTest
  @CsvSource({
    "amqp://h,                  5672, /,     guest, guest",
    "amqp://h/,                 5672, /,     guest, guest",
    "amqp://h/%2F,              5672, /,     guest, guest",
    "AMQPS://h/vh,              5671, vh,    guest, guest",
    "amqp://h:1234/a%2fb,       1234, a/b,   guest, guest",
    "amqp://u:p%40+%C3%BC@h/v+w, 5672, v+w,  u,     p@+ü",
    "amqp://u:p:q@[::1]:99,     99,   /,     u,     p:q",
    "amqp://u:@h,               5672, /,     u,     ''",
  })
  void aUriIsReadByTheSpecification(
      String uri, int port, String vhost, String username, String password) {
    AmqpSettings.Broker broker = read(with("uri", uri)).broker();
    assertThat(broker.addresses().get(0).getPort()).isEqualTo(port);
    assertThat(broker.vhost()).isEqualTo(vhost);
    assertThat(broker.username()).isEqualTo(username);
    assertThat(broker.password()).isEqualTo(password);
  }

  public static Stream<Map<String, Object>> wrong() {
    return Stream.of(
        Map.of("exchange", "x"),
        Map.of("uri", "amqp://h"),
        with("uri", List.of()),
        with("uri", "not a uri " + SECRET),
        with("uri", "rabbit.example.org"),
        with("uri", "http://u:" + SECRET + "@h"),
        with("uri", "amqp:///vhost"),
        with("uri", "amqp://h:0/"),
        with("uri", "amqp://h:70000/"),
        with("uri", "amqp://h/a/b"),
        with("uri", "amqp://h?heartbeat=5"),
        with("uri", "amqp://h/%ff"),
        with("uri", "amqp://u:" + SECRET + "@h", "password", SECRET),
        with("uri", "amqp://u:" + SECRET + "@h", "username", "other"),
        with("uri", List.of("amqp://h", "amqps://h")),
        with("uri", List.of("amqp://h/a", "amqp://h/b")),
        with("uri", List.of("amqp://u:" + SECRET + "@h", "amqp://v:" + SECRET + "@i")),
        with("username", "publisher"),
        with("exchange", ""),
        with("decisions-exchange", ""),
        with("decisions-exchange", "libvirt.hooks"),
        with("exchange", "amq.default"),
        with("exchange", "ü".repeat(128)),
        with("prefix", "ce_"),
        with("unroutable", "drop"),
        with("heartbeat", "0s"),
        with("heartbeat", "61s"),
        with("connection-timeout", "7s"),
        with("confirm-timeout", "soon"),
        with("tls-ca", "/etc/hostname"),
        with("uri", "amqps://h", "tls-ca", "/no/such/file"),
        with("uri", "amqps://h", "tls-ca", "/etc/hostname", "tls-truststore", "/etc/hostname"),
        with("uri", "amqps://h", "tls-keystore-password", SECRET),
        with("uri", "amqps://h", "tls-verify-hostname", "no"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void nonsenseIsRefusedInOneSentenceThatNamesTheKeyAndNoSecret(Map<String, Object> values) {
    assertThatThrownBy(() -> read(values))
        .isInstanceOf(IllegalArgumentException.class)
        .hasNoCause()
        .message()
        .matches("sinks\\.audit\\.[a-z-]+ [^\n]+: [^\n]+")
        .doesNotContain(SECRET);
  }
}
