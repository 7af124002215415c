package dev.hookbridge.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReductionTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HEAD =
      "{\"hook\":{\"driver\":\"qemu\"},\"domain\":{\"name\":\"g\",\"disks\":[{\"source\":\"/x\"}]}";
  private static final String XML = "<domain>\n  \"ü\\\u0001</domain>";

  private static Envelope envelope() throws IOException {
    String xml = JSON.writeValueAsString(XML);
    byte[] data = (HEAD + ",\"xml\":" + xml + "}").getBytes(StandardCharsets.UTF_8);
    int at = HEAD.getBytes(StandardCharsets.UTF_8).length;
    Map<String, String> attributes = Map.of("id", "1", "type", "t", "partitionkey", "k");
    return new Envelope(attributes, new Route("qemu", "start", "begin", "g"), data, at);
  }

  private static JsonNode json(Envelope envelope) throws IOException {
    return JSON.readTree(envelope.data());
  }

  @Test
  void withoutXmlTheRestStays() throws IOException {
    Envelope without = Reduction.withoutXml(envelope());
    assertThat(new String(without.data(), StandardCharsets.UTF_8)).isEqualTo(HEAD + "}");
    assertThat(Reduction.withoutXml(without)).isSameAs(without);
    assertThat(without.attributes()).doesNotContainKey("reduced");
  }

  @Test
  void reducedHasSizeAndHashOfTheXmlInstead() throws Exception {
    Envelope reduced = Reduction.reduce(envelope(), Reduction.Step.XML);
    byte[] xml = XML.getBytes(StandardCharsets.UTF_8);
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(xml));
    assertThat(json(reduced).at("/reduced/bytes").asInt()).isEqualTo(xml.length);
    assertThat(json(reduced).at("/reduced/sha256").asText()).isEqualTo(hash);
    assertThat(json(reduced).has("xml")).isFalse();
    assertThat(json(reduced).at("/domain/disks")).hasSize(1);
    assertThat(reduced.attributes()).containsEntry("reduced", "true").containsEntry("id", "1");
  }

  @Test
  void thenTheArraysAreEmptied() throws IOException {
    Envelope reduced = Reduction.reduce(envelope(), Reduction.Step.ARRAYS);
    assertThat(json(reduced).at("/domain/disks")).isEmpty();
    assertThat(json(reduced).at("/domain/name").asText()).isEqualTo("g");
    assertThat(json(reduced).has("reduced")).isTrue();
  }

  @Test
  void nothingIsDoneWhenNothingIsNeeded() throws IOException {
    Envelope envelope = envelope();
    assertThat(Reduction.reduce(envelope, Reduction.Step.NONE)).isSameAs(envelope);
  }
}
