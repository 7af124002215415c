package dev.hookbridge.envelope;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.Envelope;
import dev.hookbridge.mailbox.HookCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** Hook calls made up for a test, and what became of them. */
final class Calls {
  static final Clock CLOCK = Clock.fixed(Instant.parse("2026-01-15T09:30:00.125Z"), ZoneOffset.UTC);
  static final HostFacts HOST = new HostFacts("kvm-07.example.org", "machine", "0.1.0");
  static final Envelopes ENVELOPES = new Envelopes(HOST, Redaction.standard(), CLOCK);

  private Calls() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static HookCall call(String driver, byte[] object, String operation, byte[] stdin) {
    return call(driver, object, bytes(operation), stdin);
  }

  static HookCall call(String driver, byte[] object, byte[] operation, byte[] stdin) {
    return new HookCall(
        "019bc0d5-1a7b-7c3e-9f00-5d6a2b8e4c11",
        1_768_469_400_123_456_789L,
        1,
        "boot",
        "0.1.0",
        driver,
        object,
        operation,
        bytes("begin"),
        bytes("-"),
        0,
        "",
        false,
        stdin);
  }

  static HookCall qemu(String stdin) {
    return qemu(bytes(stdin));
  }

  static HookCall qemu(byte[] stdin) {
    return call("qemu", bytes("web"), "prepare", stdin);
  }

  static JsonNode data(Envelope event) throws IOException {
    return Samples.JSON.readTree(event.data());
  }

  /** The data of the event of a guest's {@code prepare} with this stdin. */
  static JsonNode dataOf(String stdin) throws IOException {
    return data(ENVELOPES.of(qemu(stdin)));
  }

  static JsonNode dataOf(byte[] stdin) throws IOException {
    return data(ENVELOPES.of(qemu(stdin)));
  }
}
