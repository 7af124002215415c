package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Events such as the mailbox brings. */
final class Samples {
  private static final String BEFORE = "{\"hook\":{\"driver\":\"qemu\"}";

  private Samples() {}

  static Envelope event(String id, int xmlBytes) {
    return event(id, "guest-1", xmlBytes);
  }

  static Envelope event(String id, String guest, int xmlBytes) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("specversion", "1.0");
    attributes.put("id", id);
    attributes.put("source", "//kvm-07.example.org/libvirt");
    attributes.put("type", "dev.hookbridge.libvirt.qemu.started.v1");
    attributes.put("subject", guest);
    attributes.put("time", "2024-10-26T09:15:00.123456789Z");
    attributes.put("recordedtime", "2024-10-26T09:15:00.125Z");
    attributes.put("datacontenttype", "application/json");
    attributes.put("partitionkey", UUID.nameUUIDFromBytes(bytes(guest)).toString());
    return new Envelope(
        attributes,
        new Route("qemu", "started", "begin", guest),
        bytes(BEFORE + ",\"xml\":\"" + "x".repeat(xmlBytes) + "\"}"),
        BEFORE.length());
  }

  static String id(Random random) {
    return new UUID(random.nextLong(), random.nextLong()).toString();
  }

  static List<Envelope> events(Random random, int count, int xmlBytes) {
    List<Envelope> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(event(id(random), "guest-" + random.nextInt(1000), xmlBytes));
    }
    return events;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
