package dev.hookbridge.amqp.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import dev.hookbridge.amqp.Events;
import dev.hookbridge.api.ContentMode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.StructuredEvent;
import java.io.IOException;
import java.util.Date;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AmqpPropertiesTest {
  private static final int FRAME = 131_072;
  private final AmqpProperties properties = new AmqpProperties("cloudEvents:");

  @ParameterizedTest
  @ValueSource(strings = {"cloudEvents:", "cloudEvents_", "ce-"})
  void attributesComeBackAsTheyWere(String prefix) {
    AmqpProperties prefixed = new AmqpProperties(prefix);
    Envelope event = Events.of("guest").with("note", "").with("subject", "größe 鯨 🐋");
    BasicProperties encoded = prefixed.encode(event);
    assertThat(encoded.getHeaders()).containsEntry(prefix + "note", "");
    assertThat(encoded.getHeaders().keySet()).allMatch(name -> name.startsWith(prefix));
    Envelope decoded = prefixed.decode(encoded, event.data());
    assertThat(decoded.attributes()).containsExactlyInAnyOrderEntriesOf(event.attributes());
    assertThat(decoded.data()).isSameAs(event.data());
  }

  @Test
  void inStructuredModeTheBodyIsTheEvent() throws IOException {
    Envelope event = Events.of("guest").with("subject", "größe 鯨 🐋");
    BasicProperties encoded = properties.encode(event, ContentMode.STRUCTURED);
    byte[] body = AmqpProperties.body(event, ContentMode.STRUCTURED);
    assertThat(encoded.getContentType()).isEqualTo("application/cloudevents+json; charset=UTF-8");
    assertThat(encoded.getHeaders()).isEmpty();
    assertThat(encoded.getMessageId()).isEqualTo(event.id());
    assertThat(encoded.getDeliveryMode()).isEqualTo(2);
    assertThat(AmqpProperties.unsendable(encoded, FRAME)).isNull();
    Envelope decoded = properties.decode(encoded, body);
    assertThat(decoded.attributes()).containsExactlyInAnyOrderEntriesOf(event.attributes());
    assertThat(decoded.data()).isEqualTo(event.data());
    assertThat(AmqpProperties.bodyBytes(event, ContentMode.STRUCTURED))
        .isGreaterThanOrEqualTo(body.length);
  }

  @Test
  void invalidStructuredMessageIsNotAnEvent() {
    BasicProperties says =
        new BasicProperties.Builder().contentType(StructuredEvent.CONTENT_TYPE).build();
    assertThat(properties.decode(says, new byte[] {'{'}).attributes()).isEmpty();
  }

  @Test
  void theContentTypeIsAPropertyAndNoHeader() {
    BasicProperties encoded = properties.encode(Events.of("guest"));
    assertThat(encoded.getContentType()).isEqualTo("application/json");
    assertThat(encoded.getHeaders()).doesNotContainKey("cloudEvents:datacontenttype");
  }

  @Test
  void foreignHeadersAreNoAttributes() {
    BasicProperties foreign =
        new BasicProperties.Builder()
            .headers(Map.of("x-death", "1", "cloudEvents:id", "7"))
            .build();
    assertThat(properties.decode(foreign, new byte[0]).attributes())
        .containsExactly(Map.entry("id", "7"));
    assertThat(properties.decode(new BasicProperties(), new byte[0]).attributes()).isEmpty();
  }

  @Test
  void theTimestampIsTheEventsTimeOrLeftOut() {
    Envelope event = Events.of("guest");
    assertThat(properties.encode(event.with("time", "2026-02-03T04:05:06.789Z")).getTimestamp())
        .isEqualTo(new Date(1_770_091_506_789L));
    assertThat(properties.encode(event.with("time", "yesterday")).getTimestamp()).isNull();
    assertThat(properties.encode(event.with("time", "+999999999-12-31T23:59:59Z")).getTimestamp())
        .isNull();
  }

  @Test
  void settingsThatTheClientRefusesAreFoundFirst() {
    Envelope event = Events.of("guest");
    assertThat(unsendable(event, FRAME)).isNull();
    assertThat(unsendable(event.with("id", "x".repeat(256)), FRAME)).contains("id");
    assertThat(unsendable(event.with("datacontenttype", "ü".repeat(128)), FRAME))
        .contains("content type");
    assertThat(unsendable(event.with("n".repeat(250), "v"), FRAME)).contains("name");
    assertThat(unsendable(event.with("subject", "x".repeat(FRAME)), FRAME)).contains("frames");
    assertThat(unsendable(event.with("subject", "x".repeat(FRAME)), 0)).isNull();
    assertThat(properties.encode(event.with("type", "x".repeat(256))).getType()).isNull();
  }

  private String unsendable(Envelope event, int frameMax) {
    return AmqpProperties.unsendable(properties.encode(event), frameMax);
  }

  /** Against the client's own encoder: never too small, and hardly too large. */
  @Test
  void theEstimatedSizeIsNeverLessThanTheRealOne() throws IOException {
    long seed = Long.getLong("hookbridge.seed", System.nanoTime());
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    Random random = new Random(seed);
    for (int i = 0; i < 500; i++) {
      Envelope event = Events.of("guest");
      for (int extra = random.nextInt(20); extra > 0; extra--) {
        event = event.with("x" + extra, "aü鯨".repeat(random.nextInt(300)));
      }
      BasicProperties encoded = properties.encode(event);
      int real = frame(encoded);
      assertThat(AmqpProperties.unsendable(encoded, real - 1)).as("%d bytes", real).isNotNull();
      assertThat(AmqpProperties.unsendable(encoded, real + 64)).as("%d bytes", real).isNull();
    }
  }

  /** What the client compares with the broker's limit. */
  private static int frame(BasicProperties properties) throws IOException {
    return properties.toFrame(1, 1L).size();
  }
}
