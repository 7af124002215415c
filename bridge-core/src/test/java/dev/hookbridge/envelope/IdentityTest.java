package dev.hookbridge.envelope;

import static dev.hookbridge.envelope.Calls.bytes;
import static dev.hookbridge.envelope.Calls.call;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.redaction.Redaction;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose event it is, by what the hook, its XML and earlier events say. */
class IdentityTest {
  private static final String UUID = "e8767612-951a-4274-ae8c-e79202d6910a";
  private static final String OTHER = "99999999-2222-3333-4444-555555555555";

  private static Envelope event(KnownKeys known, String object, String operation, String stdin) {
    Envelopes envelopes = new Envelopes(Calls.HOST, Redaction.standard(), Calls.CLOCK, known);
    return envelopes.of(call("qemu", bytes(object), operation, bytes(stdin)));
  }

  private static String guest(String name, String uuid) {
    return "<domain><name>" + name + "</name><uuid>" + uuid + "</uuid></domain>";
  }

  /** As libvirt's own parser takes them. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "e8767612-951a-4274-ae8c-e79202d6910a",
        "E8767612-951A-4274-AE8C-E79202D6910A",
        "e8767612951a4274ae8ce79202d6910a",
        "\n  e8767612 951a 4274 ae8c e79202d6910a\t",
        "--e8-76-76-12951a4274ae8ce79202d691-0a",
      })
  void aUuidIsReadAsLibvirtDoes(String written) throws IOException {
    Envelope event = event(KnownKeys.NONE, "web", "restore", guest("web", written));
    assertThat(event.key()).isEqualTo(UUID);
    assertThat(Calls.data(event).at("/domain/uuid").asText()).isEqualTo(UUID);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "e8767612-951a-4274-ae8c-e79202d6910",
        "e8767612-951a-4274-ae8c-e79202d6910a0",
        "e8767612-951a-4274-ae8c-e79202d6910a-",
        "e876761-2951a-4274-ae8c-e79202d6910a",
        "e8767612_951a_4274_ae8c_e79202d6910a",
        "\uFF458767612-951a-4274-ae8c-e79202d6910a",
      })
  void invalidUuidIsNotAKey(String written) {
    assertThat(event(KnownKeys.NONE, "web", "start", guest("web", written)).key())
        .isEqualTo("kvm-07.example.org/qemu/web");
  }

  @Test
  void aNameThatDiffersGivesNoKeyWhateverTheOperation() throws IOException {
    for (String operation : List.of("restore", "prepare", "migrate", "stopped")) {
      Envelope event = event((driver, name) -> UUID, "web", operation, guest("other", OTHER));
      assertThat(event.key()).isEqualTo(UUID);
      assertThat(Calls.data(event).at("/mismatch").toString()).isEqualTo("[\"name\",\"uuid\"]");
    }
    Envelope nameless =
        event(KnownKeys.NONE, "web", "restore", "<domain><uuid>" + OTHER + "</uuid></domain>");
    assertThat(nameless.key()).isEqualTo("kvm-07.example.org/qemu/web");
  }

  @Test
  void onlyARestoreIsNotBelievedAboutAnotherUuid() {
    KnownKeys known = (driver, name) -> UUID;
    assertThat(event(known, "web", "restore", guest("web", OTHER)).key()).isEqualTo(UUID);
    assertThat(event(known, "web", "prepare", guest("web", OTHER)).key()).isEqualTo(OTHER);
    assertThat(event(KnownKeys.NONE, "web", "restore", guest("web", OTHER)).key()).isEqualTo(OTHER);
  }

  @Test
  void namesAreComparedAsTheyAreMeant() {
    for (String name : List.of(" web ", "wéb 😀", "a&amp;b", "n".repeat(3000))) {
      String object = name.replace("&amp;", "&");
      assertThat(event(KnownKeys.NONE, object, "start", guest(name, UUID)).key()).isEqualTo(UUID);
    }
  }

  @Test
  void aNameThatIsHiddenByTheOperatorsRuleIsNoMismatch() throws IOException {
    Redaction names = Redaction.standard().and(List.of("domain/name"));
    Envelopes envelopes = new Envelopes(Calls.HOST, names, Calls.CLOCK);
    Envelope event = envelopes.of(call("qemu", bytes("web"), "start", bytes(guest("web", UUID))));
    assertThat(event.key()).isEqualTo(UUID);
    assertThat(Calls.data(event).has("mismatch")).isFalse();
  }

  @Test
  void callsWithoutXmlAreNotLookedUp() {
    KnownKeys known = (driver, name) -> UUID;
    Envelopes envelopes = new Envelopes(Calls.HOST, Redaction.standard(), Calls.CLOCK, known);
    Map.of("daemon", "kvm-07.example.org/daemon", "vmware", "kvm-07.example.org/unknown/web")
        .forEach(
            (driver, key) ->
                assertThat(envelopes.of(call(driver, bytes("web"), "start", bytes(""))).key())
                    .isEqualTo(key));
  }
}
