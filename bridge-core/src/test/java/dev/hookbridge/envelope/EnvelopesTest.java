package dev.hookbridge.envelope;

import static dev.hookbridge.envelope.Calls.ENVELOPES;
import static dev.hookbridge.envelope.Calls.bytes;
import static dev.hookbridge.envelope.Calls.call;
import static dev.hookbridge.envelope.Calls.data;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Route;
import dev.hookbridge.delivery.Reduction;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.testing.Recordings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EnvelopesTest {
  private static final byte[] NONE = {};
  private static final String UUID = "e8767612-951a-4274-ae8c-e79202d6910a";
  private static final String GUEST =
      "<domain type='kvm'><name>web</name><uuid>" + UUID + "</uuid></domain>";

  @Test
  void attributesStandInTheirOrder() {
    Envelope event = ENVELOPES.of(call("qemu", bytes("web"), "prepare", bytes(GUEST)));
    assertThat(new ArrayList<>(event.attributes().entrySet()))
        .containsExactly(
            Map.entry("specversion", "1.0"),
            Map.entry("id", "019bc0d5-1a7b-7c3e-9f00-5d6a2b8e4c11"),
            Map.entry("source", "//kvm-07.example.org/libvirt"),
            Map.entry("type", "dev.hookbridge.libvirt.qemu.prepare.v1"),
            Map.entry("subject", "web"),
            Map.entry("time", "2026-01-15T09:30:00.123456789Z"),
            Map.entry("recordedtime", "2026-01-15T09:30:00.125Z"),
            Map.entry("datacontenttype", "application/json"),
            Map.entry("dataschema", "https://hookbridge.dev/schema/hook.v1.json"),
            Map.entry("partitionkey", UUID));
    assertThat(event.attributes().keySet()).allMatch(name -> name.matches("[a-z0-9]{1,20}"));
  }

  @Test
  void membersStandInTheirOrderAndTheXmlIsLast() throws IOException {
    HookCall whole = call("qemu", bytes("web"), "prepare", bytes("<domain passwd='x'/>"));
    JsonNode data = data(ENVELOPES.of(late(whole, 20_000_000)));
    List<String> names = new ArrayList<>();
    data.fieldNames().forEachRemaining(names::add);
    assertThat(names)
        .containsExactly("hook", "host", "late", "truncated", "domain", "redacted", "xml");
    assertThat(data.at("/truncated/bytes").asLong()).isEqualTo(20_000_000);
  }

  @Test
  void everyRecordedCallCanBeCutBeforeItsXml() throws IOException {
    for (Recordings.Recorded recorded : Recordings.all()) {
      Envelope event = ENVELOPES.of(recorded.call("id", 1));
      JsonNode data = data(event);
      assertThat(data.has("parseError")).isFalse();
      if (recorded.stdin().isEmpty()) {
        assertThat(event.xmlAt()).isEqualTo(-1);
      } else {
        String cut = new String(event.data(), 0, event.xmlAt(), StandardCharsets.UTF_8) + "}";
        JsonNode without = Samples.JSON.readTree(cut);
        ((com.fasterxml.jackson.databind.node.ObjectNode) data).remove("xml");
        assertThat(without).isEqualTo(data);
      }
    }
  }

  @Test
  void aCallGivesTheSameEventEveryTime() {
    HookCall call = call("qemu", bytes("web"), "prepare", bytes(GUEST));
    assertThat(ENVELOPES.of(call).attributes()).isEqualTo(ENVELOPES.of(call).attributes());
    assertThat(ENVELOPES.of(call).data()).isEqualTo(ENVELOPES.of(call).data());
  }

  @Test
  void keysKeepGuestsNetworksAndDaemonsApart() {
    String network =
        "<hookData><network><name>lan</name><uuid>"
            + UUID.toUpperCase(java.util.Locale.ROOT)
            + "</uuid></network></hookData>";
    assertThat(key("qemu", "web", GUEST)).isEqualTo(UUID);
    assertThat(key("network", "lan", network)).isEqualTo("kvm-07.example.org/" + UUID);
    assertThat(key("daemon", "-", "")).isEqualTo("kvm-07.example.org/daemon");
    assertThat(key("qemu", "web", "")).isEqualTo("kvm-07.example.org/qemu/web");
    assertThat(key("qemu", "a%b", "<broken")).isEqualTo("kvm-07.example.org/qemu/a%25b");
    assertThat(key("network", "lan", GUEST)).isEqualTo("kvm-07.example.org/network/lan");
    assertThat(key("vmware", "web", GUEST)).isEqualTo("kvm-07.example.org/unknown/web");
    assertThat(key("qemu", "web", "<domain><uuid>no uuid</uuid></domain>"))
        .isEqualTo("kvm-07.example.org/qemu/web");
    assertThat(
            key("qemu", "web", "<domain><metadata><uuid>" + UUID + "</uuid></metadata></domain>"))
        .isEqualTo("kvm-07.example.org/qemu/web");
  }

  @Test
  void aTruncatedGuestKeepsItsKey() {
    assertThat(key("qemu", "web", GUEST.substring(0, GUEST.length() - 5))).isEqualTo(UUID);
  }

  @Test
  void unknownWordsStandInTheDataOnly() throws IOException {
    Envelope event = ENVELOPES.of(call("qemu", bytes("web"), "explode.now", NONE));
    assertThat(event.type()).isEqualTo("dev.hookbridge.libvirt.qemu.unknown.v1");
    assertThat(event.route()).isEqualTo(new Route("qemu", "unknown", "begin", "web"));
    assertThat(data(event).at("/hook/operation").asText()).isEqualTo("explode.now");
    // A word of another driver is not one of this driver.
    assertThat(ENVELOPES.of(call("bhyve", bytes("b"), "migrate", NONE)).route().operation())
        .isEqualTo("unknown");
  }

  @Test
  void namesThatAreNoTextAreEncoded() throws IOException {
    byte[] name = {
      'a', '%', '\n', (byte) 0xFF, (byte) 0xC3, (byte) 0xA9, 0x7F, (byte) 0xC2, (byte) 0x85
    };
    Envelope event = ENVELOPES.of(call("qemu", name, bytes("prepare"), NONE));
    assertThat(event.attributes()).containsEntry("subject", "a%25%0A%FFé%7F%C2%85");
    assertThat(event.route().object()).isEqualTo("a%25%0A%FFé%7F%C2%85");
    assertThat(data(event).at("/hook/object").asText()).isEqualTo("a%\n\uFFFDé\u007F\u0085");
    assertThat(data(event).at("/hook/objectBase64").binaryValue()).isEqualTo(name);
  }

  @Test
  void aNameThatIsTextIsRoutedAsItIs() throws IOException {
    Envelope event = ENVELOPES.of(call("qemu", bytes("dév 100%"), "prepare", NONE));
    assertThat(event.attributes()).containsEntry("subject", "dév 100%25");
    assertThat(event.route().object()).isEqualTo("dév 100%");
    assertThat(data(event).at("/hook").has("objectBase64")).isFalse();
  }

  @Test
  void aNameThatFitsInNoHeaderIsCutAndStaysDistinct() {
    String name = "n".repeat(100_000);
    String one =
        ENVELOPES.of(call("qemu", bytes(name + "1"), "prepare", NONE)).attributes().get("subject");
    String two =
        ENVELOPES.of(call("qemu", bytes(name + "2"), "prepare", NONE)).attributes().get("subject");
    assertThat(one).hasSize(512 + 1 + 16).isNotEqualTo(two);
  }

  @Test
  void anEmptyNameIsNoSubject() {
    Envelope event = ENVELOPES.of(call("qemu", NONE, bytes("prepare"), NONE));
    assertThat(event.attributes()).doesNotContainKey("subject");
  }

  @Test
  void theDaemonsSubjectIsTheHost() {
    Envelope event = ENVELOPES.of(call("daemon", bytes("-"), "start", NONE));
    assertThat(event.attributes()).containsEntry("subject", "kvm-07.example.org");
    assertThat(event.route())
        .isEqualTo(new Route("daemon", "start", "begin", "kvm-07.example.org"));
  }

  @Test
  void theAgentsOwnEventsAreRoutedApart() {
    Envelope event = ENVELOPES.stopped("signal");
    assertThat(event.type()).isEqualTo("dev.hookbridge.agent.stopped.v1");
    assertThat(event.key()).isEqualTo("kvm-07.example.org/agent");
    assertThat(event.route())
        .isEqualTo(new Route("agent", "agent_stopped", "-", "kvm-07.example.org"));
    assertThat(event.route().isAgent()).isTrue();
  }

  @Test
  void aRefusalNamesTheEventAndHoldsNothingOfItsData() {
    Envelope hook = ENVELOPES.of(call("qemu", bytes("web"), "prepare", bytes(GUEST)));
    Envelope refused = ENVELOPES.refused(hook, "feed", Reason.TOO_LARGE, "1 MiB is the most");
    assertThat(refused.attributes()).containsEntry("causationid", hook.id());
    assertThat(new String(refused.data(), StandardCharsets.UTF_8))
        .contains("\"reason\":\"too_large\"")
        .doesNotContain("<domain");
  }

  /** It has to pass the limit that the event did not pass even when reduced. */
  @Test
  void aRefusalOfWhatIsTooLargeIsSmall() {
    for (String name : List.of("w", "web", "n".repeat(255))) {
      Envelope hook = ENVELOPES.of(call("qemu", bytes(name), "prepare", bytes(GUEST)));
      Envelope refused = ENVELOPES.refused(hook, "feed", Reason.TOO_LARGE, "x".repeat(1_024));
      Envelope other = ENVELOPES.refused(hook, "feed", Reason.INVALID, "x".repeat(1_024));
      assertThat(refused.size()).isLessThan(Reduction.within(hook, 0).size());
      assertThat(other.size()).isGreaterThan(refused.size());
    }
  }

  @Test
  void anIdIsAVersion7UuidOfItsMillisecond() {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      ids.add(ENVELOPES.stopped("signal").id());
    }
    assertThat(ids)
        .hasSize(1000)
        .allMatch(id -> id.matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-.{12}"))
        .allMatch(
            id ->
                Long.parseLong(id.substring(0, 8) + id.substring(9, 13), 16)
                    == Calls.CLOCK.millis());
  }

  private static String key(String driver, String object, String stdin) {
    return ENVELOPES.of(call(driver, bytes(object), "start", bytes(stdin))).key();
  }

  private static HookCall late(HookCall c, long truncated) {
    return new HookCall(
        c.id(),
        c.time(),
        c.boottime(),
        c.bootId(),
        c.shim(),
        c.driver(),
        c.object(),
        c.operation(),
        c.suboperation(),
        c.extra(),
        truncated,
        c.gates(),
        true,
        c.stdin());
  }
}
