package dev.hookbridge.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.GuestList.Guest;
import dev.hookbridge.envelope.ObservedEvent.Subject;
import dev.hookbridge.envelope.redaction.Redaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Events of what libvirt reports: whose they are, and that nothing hostile gets through. */
class LibvirtEventsTest {
  private static final Instant NOW = Instant.parse("2026-01-15T09:30:00.125Z");
  private static final String UUID = "e5e66c42-ddd4-403b-bb0d-fd4a84433be8";
  private static final LibvirtEvents EVENTS = events(Redaction.standard());

  private static LibvirtEvents events(Redaction redaction) {
    return new LibvirtEvents(Calls.HOST, redaction, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static Subject guest(byte[] name, int id) {
    return new Subject("qemu", UUID, name, id);
  }

  private static Envelope event(byte[] name, Map<String, Object> details) {
    return EVENTS.of(new ObservedEvent(guest(name, 3), "io-error", NOW, details));
  }

  private static JsonNode data(Envelope event) throws IOException {
    JsonNode data = Samples.JSON.readTree(event.data());
    String schema = event.attributes().get("dataschema");
    String name = schema.substring(schema.lastIndexOf('/') + 1).replace(".json", "");
    assertThat(Schemas.strictly(name, data)).isEmpty();
    return data;
  }

  @Test
  void anEventStandsInTheOrderOfItsGuest() throws Exception {
    Envelope event =
        EVENTS.of(
            new ObservedEvent(
                guest("web1".getBytes(), 3), "crashed", NOW, Map.of("reason", "panicked")));
    assertThat(event.type()).isEqualTo("dev.hookbridge.domain.crashed.v1");
    assertThat(event.key()).isEqualTo(UUID);
    assertThat(event.attributes()).containsEntry("subject", "web1");
    assertThat(event.route().isAgent()).isTrue();
    assertThat(event.route().operation()).isEqualTo("domain_crashed");
    JsonNode data = data(event);
    assertThat(data.get("domain").get("id").asInt()).isEqualTo(3);
    assertThat(data.get("event").get("reason").asText()).isEqualTo("panicked");
  }

  @Test
  void aNetworkHasTheKeyOfItsHookEvents() throws Exception {
    Subject network = new Subject("network", UUID, "lan".getBytes(), -1);
    Envelope event = EVENTS.of(new ObservedEvent(network, "started", NOW, Map.of()));
    assertThat(event.type()).isEqualTo("dev.hookbridge.network.started.v1");
    assertThat(event.key()).isEqualTo("kvm-07.example.org/" + UUID);
    assertThat(data(event).get("network").get("name").asText()).isEqualTo("lan");
  }

  @Test
  void aHostileNameBreaksNoAttribute() throws Exception {
    Envelope event = event("a\r\nb\u0000%c".getBytes(), Map.of());
    assertThat(event.attributes()).containsEntry("subject", "a%0D%0Ab%00%25c");
    byte[] bytes = {'x', (byte) 0xff, (byte) 0xfe};
    JsonNode domain = data(event(bytes, Map.of())).get("domain");
    assertThat(domain.get("name").asText()).isEqualTo("x\uFFFD\uFFFD");
    assertThat(domain.get("nameBase64").binaryValue()).isEqualTo(bytes);
  }

  @Test
  void whatLibvirtSendsIsRedactedByTheRulesOfTheXml() throws Exception {
    Map<String, Object> details =
        Map.of(
            "path", "nbd://user:S3CRET@host/x",
            "reason", "password=S3CRET",
            "uri", "http://example.org/?token=S3CRET",
            "error", "json:{\"file.password\": \"S3CRET\"}");
    Envelope event = event("g".getBytes(), details);
    assertThat(new String(event.data(), StandardCharsets.UTF_8)).doesNotContain("S3CRET");
    assertThat(data(event).get("event").get("path").asText()).isEqualTo("nbd://[redacted]@host/x");
  }

  @Test
  void aNameThatTheOperatorHidesIsNotInTheData() throws Exception {
    LibvirtEvents hiding = events(Redaction.standard().and(List.of("domain/name")));
    Envelope event =
        hiding.of(new ObservedEvent(guest("web1".getBytes(), 1), "started", NOW, Map.of()));
    assertThat(data(event).get("domain").get("name").asText()).isEqualTo("[redacted]");
  }

  @Test
  void aLongTextIsCut() throws Exception {
    Envelope event = event("g".getBytes(), Map.of("path", "p".repeat(8192)));
    assertThat(data(event).get("event").get("path").asText()).hasSize(1001);
  }

  private static Guest listed(int number, String name) {
    Subject subject =
        new Subject(
            "qemu", String.format("%08x-0000-0000-0000-000000000000", number), name.getBytes(), -1);
    return new Guest(subject, "shutoff", "destroyed", true, false);
  }

  @Test
  void anInventoryOfFiveHundredGuestsIsOneEvent() throws Exception {
    List<Guest> guests = IntStream.range(0, 500).mapToObj(n -> listed(n, "instance-" + n)).toList();
    List<Envelope> parts = EVENTS.inventory(new GuestList("qemu", true, guests), 42);
    assertThat(parts).hasSize(1);
    Envelope part = parts.get(0);
    assertThat(part.type()).isEqualTo("dev.hookbridge.inventory.v1");
    assertThat(part.key()).isEqualTo("kvm-07.example.org/agent");
    assertThat(part.attributes()).containsEntry("aftersequence", "00000000000000000042");
    JsonNode data = data(part);
    assertThat(data.get("bootId").asText()).isEqualTo("boot");
    assertThat(data.get("drivers").toString()).isEqualTo("[\"qemu\"]");
    assertThat(data.get("guests")).hasSize(500);
    assertThat(part.size()).isLessThan(200_000);
  }

  @Test
  void aHostWithoutGuestsHasAnEmptyInventory() throws Exception {
    List<Envelope> parts = EVENTS.inventory(new GuestList("lxc", true, List.of()), 0);
    assertThat(parts).hasSize(1);
    assertThat(data(parts.get(0)).get("guests")).isEmpty();
  }

  @Test
  void aLargeInventoryHasPartsThatTogetherAreWhole() throws Exception {
    Random random = new Random(15);
    List<Guest> guests = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      guests.add(listed(i, "\u0001".repeat(1 + random.nextInt(200))));
    }
    List<Envelope> parts = EVENTS.inventory(new GuestList("qemu", false, guests), 7);
    int count = 0;
    String id = data(parts.get(0)).get("inventory").asText();
    for (int i = 0; i < parts.size(); i++) {
      JsonNode data = data(parts.get(i));
      assertThat(parts.get(i).size()).isLessThan(256_000);
      assertThat(data.get("part").asInt()).isEqualTo(i + 1);
      assertThat(data.get("parts").asInt()).isEqualTo(parts.size());
      assertThat(data.get("inventory").asText()).isEqualTo(id);
      assertThat(data.get("complete").asBoolean()).isFalse();
      count += data.get("guests").size();
    }
    assertThat(count).isEqualTo(5_000);
  }
}
