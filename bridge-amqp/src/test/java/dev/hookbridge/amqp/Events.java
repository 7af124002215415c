package dev.hookbridge.amqp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Envelopes as the bridge makes them. */
public final class Events {
  private Events() {}

  public static Envelope of(String key) {
    return of(key, "{\"n\":1}".getBytes(UTF_8));
  }

  public static Envelope of(String key, int bytes) {
    byte[] data = new byte[bytes];
    java.util.Arrays.fill(data, (byte) ' ');
    data[0] = '{';
    data[bytes - 1] = '}';
    return of(key, data);
  }

  public static Envelope of(String key, byte[] data) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("specversion", "1.0");
    attributes.put("id", UUID.randomUUID().toString());
    attributes.put("source", "//host.example.org/libvirt");
    attributes.put("type", "dev.hookbridge.libvirt.qemu.start.v1");
    attributes.put("subject", "web-1");
    attributes.put("time", "2026-11-22T11:42:33.123456789Z");
    attributes.put("datacontenttype", "application/json");
    attributes.put("partitionkey", key);
    attributes.put("sequence", "00000000000000000042");
    return new Envelope(attributes, new Route("qemu", "start", "begin", "web-1"), data, -1);
  }
}
