package dev.hookbridge.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.testing.SampleEvents;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StructuredEventTest {
  private final long seed = Long.getLong("hookbridge.seed", System.nanoTime());
  private final SampleEvents events = new SampleEvents(seed);

  @Test
  void attributesAndDataComeBackAsTheyWere() throws IOException {
    Envelope event =
        events
            .next("größe-鯨-🐋 \"quoted\" \\ and\ttab", 300)
            .with("note", "")
            .with("bell", "\u0007\u0000");
    Envelope read = StructuredEvent.parse(StructuredEvent.bytes(event));
    assertThat(read.attributes()).containsExactlyInAnyOrderEntriesOf(event.attributes());
    assertThat(read.data()).isEqualTo(event.data());
  }

  @Test
  void theDataIsEmbeddedAndNotQuoted() throws IOException {
    Envelope event =
        events.next("guest", "{\"n\":[1.10,12345678901234567890.5,null]}".getBytes(UTF_8));
    JsonNode json = new ObjectMapper().readTree(StructuredEvent.bytes(event));
    assertThat(json.get("data").get("n").size()).isEqualTo(3);
    assertThat(new String(StructuredEvent.bytes(event), UTF_8))
        .contains("1.10,12345678901234567890.5");
    assertThat(StructuredEvent.parse(StructuredEvent.bytes(event)).data()).isEqualTo(event.data());
  }

  @Test
  void anEventWithoutDataHasNoSuchMember() throws IOException {
    Envelope event = events.next("guest", new byte[0]);
    assertThat(new ObjectMapper().readTree(StructuredEvent.bytes(event)).has("data")).isFalse();
    assertThat(StructuredEvent.parse(StructuredEvent.bytes(event)).data()).isEmpty();
  }

  /** In UTF-8 it is a question mark; an exception would keep the event for ever. */
  @Test
  void halfASurrogatePairIsNoReasonToFail() throws IOException {
    Envelope event = events.next("guest", 100).with("subject", "half \ud83d");
    assertThat(StructuredEvent.parse(StructuredEvent.bytes(event)).attributes())
        .containsEntry("subject", "half ?");
  }

  @Test
  void theSizeOfAnEnvelopeIsNeverLessThanTheObject() {
    System.out.println("seed " + seed + " (-Dhookbridge.seed)");
    Random random = new Random(seed);
    String[] letters = {"a", "\"", "\\", "é", "鯨", "🐋", "\u0001", "\n", "\u007f", "\u2028"};
    for (int i = 0; i < 2_000; i++) {
      String name = letters[random.nextInt(letters.length)].repeat(random.nextInt(255));
      Envelope event = events.next(name, random.nextInt(3_000)).with("x", name);
      assertThat(StructuredEvent.bytes(event).length).isLessThanOrEqualTo(event.size());
    }
  }

  @Test
  void aForeignEventIsReadAllTheSame() throws IOException {
    String json =
        """
        { "id": "7", "count": 3, "flag": true, "nothing": null, "odd": { "id": "8" },
          "data": { "a": [ 1,
                           2 ] } }
        """;
    Envelope read = StructuredEvent.parse(json.getBytes(UTF_8));
    assertThat(read.attributes())
        .containsOnly(Map.entry("id", "7"), Map.entry("count", "3"), Map.entry("flag", "true"));
    assertThat(read.data()).asString(UTF_8).isEqualTo("{\"a\":[1,2]}");
    assertThat(StructuredEvent.parse("{\"data_base64\":\"AP8=\"}".getBytes(UTF_8)).data())
        .containsExactly(0, 255);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "7", "{\"a\":", "{\"a\":1", "{\"data\":[1,}", "no"})
  void invalidEventIsAnIoException(String json) {
    assertThatThrownBy(() -> StructuredEvent.parse(json.getBytes(UTF_8)))
        .isInstanceOf(IOException.class);
  }

  @Test
  void theContentTypeIsKnownInEverySpelling() {
    assertThat(StructuredEvent.hasContentType(StructuredEvent.CONTENT_TYPE)).isTrue();
    assertThat(StructuredEvent.hasContentType("Application/CloudEvents+JSON")).isTrue();
    assertThat(StructuredEvent.hasContentType("application/cloudevents-batch+json")).isFalse();
    assertThat(StructuredEvent.hasContentType("application/json")).isFalse();
    assertThat(StructuredEvent.hasContentType(null)).isFalse();
  }
}
