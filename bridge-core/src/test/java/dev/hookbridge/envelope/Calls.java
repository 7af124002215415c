package dev.hookbridge.envelope;

import com.fasterxml.jackson.databind.JsonNode;
import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.record.HookCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;

/** Hook calls made up for a test, and what became of them. */
public final class Calls {
  public static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-15T09:30:00.125Z"), ZoneOffset.UTC);
  public static final HostFacts HOST =
      new HostFacts("kvm-07.example.org", "machine", "boot", "0.1.0");
  public static final Envelopes ENVELOPES = new Envelopes(HOST, Redaction.standard(), CLOCK);

  private Calls() {}

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static HookCall call(String driver, byte[] object, String operation, byte[] stdin) {
    return call(driver, object, bytes(operation), stdin);
  }

  public static HookCall call(String driver, byte[] object, byte[] operation, byte[] stdin) {
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

  public static HookCall qemu(String stdin) {
    return qemu(bytes(stdin));
  }

  public static HookCall qemu(byte[] stdin) {
    return call("qemu", bytes("web"), "prepare", stdin);
  }

  public static JsonNode data(Envelope event) throws IOException {
    return Samples.JSON.readTree(event.data());
  }

  /** The data of the event of a guest's {@code prepare} with this stdin. */
  public static JsonNode dataOf(String stdin) throws IOException {
    return data(ENVELOPES.of(qemu(stdin)));
  }

  public static JsonNode dataOf(byte[] stdin) throws IOException {
    return data(ENVELOPES.of(qemu(stdin)));
  }
}
