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
import java.util.stream.Collectors;

/** Events such as the mailbox brings. */
final class Samples {
  private static final String TEXT =
      new Random(1)
          .ints(1 << 20, 0, 62)
          .mapToObj("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"::charAt)
          .map(String::valueOf)
          .collect(Collectors.joining());

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
        bytes(BEFORE + ",\"xml\":\"" + irreducible(id, xmlBytes) + "\"}"),
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

  /** Text that hardly compresses, so that the events need their size on the disk. */
  private static String irreducible(String id, int length) {
    StringBuilder text = new StringBuilder(length);
    int at = (id.hashCode() & Integer.MAX_VALUE) % TEXT.length();
    while (text.length() < length) {
      text.append(TEXT, at, Math.min(TEXT.length(), at + length - text.length()));
      at = 0;
    }
    return text.toString();
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
