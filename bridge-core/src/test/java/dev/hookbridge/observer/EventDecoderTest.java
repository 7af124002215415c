package dev.hookbridge.observer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.envelope.ObservedEvent;
import dev.hookbridge.observer.FakeLibvirt.Xdr;
import dev.hookbridge.observer.rpc.MalformedMessageException;
import dev.hookbridge.observer.rpc.XdrReader;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What each message of libvirt says, and that no bytes do more than that. */
class EventDecoderTest {
  private static final Instant NOW = Instant.parse("2026-01-15T09:30:00Z");

  /** A message of every kind, by the event's name. */
  private static Map<String, Xdr> messages() {
    Map<String, Xdr> all = new LinkedHashMap<>();
    all.put("318 crashed", domain().number(8).number(0));
    all.put("319 rebooted", domain());
    all.put("320 rtc-changed", domain().hyper(-3600));
    all.put("321 watchdog", domain().number(2));
    all.put("324 io-error", domain().string("/d.img").string("hda").number(1).string("enospc"));
    all.put("325 control-error", domain());
    all.put("327 disk-changed", domain().number(1).string("/o").number(0).string("ide").number(0));
    all.put("328 tray-changed", domain().string("cd").number(1));
    all.put("331 balloon-changed", domain().hyper(65536));
    all.put("333 device-removed", domain().string("net0"));
    all.put("339 block-job", domain().string("vda").number(2).number(3));
    all.put("348 guest-agent", domain().number(1).number(2));
    all.put("354 device-added", domain().string("net0"));
    all.put("359 migration-iteration", domain().number(3));
    all.put(
        "363 job-completed",
        domain()
            .number(3)
            .string("operation")
            .number(1)
            .number(5)
            .string("time_elapsed")
            .number(4)
            .hyper(1234)
            .string("success")
            .number(6)
            .number(1));
    all.put("367 device-removal-failed", domain().string("net0"));
    all.put("379 metadata-changed", domain().number(2).number(1).string("http://example.org/t"));
    all.put("385 block-threshold", domain().string("vda").number(0).hyper(100).hyper(4));
    all.put("423 memory-failure", domain().number(1).number(1).number(3));
    return all;
  }

  private static Xdr domain() {
    return new Xdr().number(7).domain("g", 12);
  }

  private static ObservedEvent decode(int procedure, byte[] body) throws Exception {
    return EventDecoder.decode("qemu", procedure, new XdrReader(body), NOW);
  }

  private static Map<String, Object> details(String message) throws Exception {
    return decode(procedure(message), messages().get(message).bytes()).details();
  }

  private static int procedure(String message) {
    return Integer.parseInt(message.split(" ")[0]);
  }

  @Test
  void everyKindHasItsNameAndItsGuest() throws Exception {
    for (Map.Entry<String, Xdr> message : messages().entrySet()) {
      ObservedEvent event = decode(procedure(message.getKey()), message.getValue().bytes());
      assertThat(event.name()).isEqualTo(message.getKey().split(" ")[1]);
      assertThat(event.of().driver()).isEqualTo("qemu");
      assertThat(event.of().uuid()).isEqualTo(FakeLibvirt.uuid("g"));
      assertThat(event.of().name()).isEqualTo("g".getBytes());
      assertThat(event.of().id()).isEqualTo(12);
    }
    List<String> kinds =
        EventKind.wanted(Set.copyOf(EventKind.optionalNames())).stream()
            .map(kind -> String.valueOf(kind.procedure()))
            .toList();
    assertThat(messages().keySet().stream().map(name -> name.split(" ")[0]).toList())
        .containsExactlyElementsOf(kinds);
  }

  @Test
  void theDetailsAreLibvirtsInWords() throws Exception {
    assertThat(details("318 crashed")).isEqualTo(Map.of("reason", "panicked"));
    assertThat(details("320 rtc-changed")).isEqualTo(Map.of("offsetSeconds", -3600L));
    assertThat(details("321 watchdog")).isEqualTo(Map.of("action", "reset"));
    assertThat(details("324 io-error"))
        .isEqualTo(
            Map.of("path", "/d.img", "device", "hda", "action", "pause", "reason", "enospc"));
    assertThat(details("327 disk-changed"))
        .isEqualTo(Map.of("oldPath", "/o", "device", "ide", "reason", "missing-on-start"));
    assertThat(details("328 tray-changed")).isEqualTo(Map.of("device", "cd", "reason", "close"));
    assertThat(details("339 block-job"))
        .isEqualTo(Map.of("disk", "vda", "job", "copy", "status", "ready"));
    assertThat(details("348 guest-agent"))
        .isEqualTo(Map.of("state", "connected", "reason", "channel"));
    assertThat(details("363 job-completed"))
        .isEqualTo(Map.of("operation", "migration-out", "success", true, "elapsedMs", 1234L));
    assertThat(details("379 metadata-changed"))
        .isEqualTo(Map.of("what", "element", "uri", "http://example.org/t"));
    assertThat(details("385 block-threshold"))
        .isEqualTo(Map.of("disk", "vda", "thresholdBytes", 100L, "excessBytes", 4L));
    assertThat(details("423 memory-failure"))
        .isEqualTo(
            Map.of(
                "recipient",
                "guest",
                "action",
                "inject",
                "actionRequired",
                true,
                "recursive",
                true));
  }

  @Test
  void whatANewerLibvirtSaysIsUnknownAndHasItsNumbers() throws Exception {
    ObservedEvent event = decode(318, domain().number(9).number(4).bytes());
    assertThat(event.name()).isEqualTo("unknown");
    assertThat(event.details()).isEqualTo(Map.of("reason", "unknown", "number", 9L, "detail", 4L));
    assertThat(decode(318, domain().number(5).number(99).bytes()).details())
        .isEqualTo(Map.of("reason", "unknown", "detail", 99L));
    assertThat(decode(453, domain().bytes())).isNull();
  }

  @Test
  void aNetworkHasAnEventWithoutDetails() throws Exception {
    Xdr message = new Xdr().number(1).network("lan").number(3).number(0);
    ObservedEvent event = decode(315, message.bytes());
    assertThat(event.of().driver()).isEqualTo("network");
    assertThat(event.of().uuid()).isEqualTo(FakeLibvirt.uuid("lan"));
    assertThat(event.name()).isEqualTo("stopped");
    assertThat(event.details()).isEmpty();
  }

  @Test
  void aMessageThatEndsTooEarlyIsMalformed() {
    messages()
        .forEach(
            (name, message) -> {
              byte[] whole = message.bytes();
              for (int length = 0; length < whole.length; length += 4) {
                byte[] cut = Arrays.copyOf(whole, length);
                assertThatThrownBy(() -> decode(procedure(name), cut))
                    .isInstanceOf(MalformedMessageException.class);
              }
            });
  }

  @Test
  void randomBytesAreMalformedOrAnEventOfBoundedSize() throws Exception {
    long seed = Long.getLong("hookbridge.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      for (Map.Entry<String, Xdr> message : messages().entrySet()) {
        byte[] bytes = message.getValue().bytes();
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        try {
          ObservedEvent event = decode(procedure(message.getKey()), bytes);
          assertThat(event.of().name().length).as("seed %d", seed).isLessThanOrEqualTo(1024);
        } catch (MalformedMessageException e) {
          assertThat(e.getMessage()).doesNotContain("null");
        }
      }
    }
  }

  @Test
  void aLongNameIsCut() throws Exception {
    Xdr message = new Xdr().number(7).domain("n".repeat(100_000), 1).number(2).number(0);
    assertThat(decode(318, message.bytes()).of().name()).hasSize(1024);
  }
}
