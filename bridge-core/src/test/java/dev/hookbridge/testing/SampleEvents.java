package dev.hookbridge.testing;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Makes events with every attribute of a hook's event, from a seed. */
public final class SampleEvents {
  private final Random random;
  private long sequence;

  /** Creates a source of events. */
  public SampleEvents(long seed) {
    random = new Random(seed);
  }

  /** Returns the next event of a guest, with about this many bytes of JSON. */
  public Envelope next(String guest, int bytes) {
    return next(guest, json(bytes));
  }

  /** Returns the next event of a guest with this data. */
  public Envelope next(String guest, byte[] data) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("specversion", "1.0");
    attributes.put("id", new UUID(random.nextLong(), random.nextLong()).toString());
    attributes.put("source", "//kvm-07.example.org/libvirt");
    attributes.put("type", "dev.hookbridge.libvirt.qemu.started.v1");
    attributes.put("subject", guest);
    attributes.put("time", "2026-02-03T04:05:06.789012345Z");
    attributes.put("recordedtime", "2026-02-03T04:05:06.790Z");
    attributes.put("datacontenttype", "application/json");
    attributes.put("dataschema", "https://hookbridge.dev/schema/qemu/v1.json");
    attributes.put("partitionkey", UUID.nameUUIDFromBytes(utf8(guest)).toString());
    attributes.put("sequence", String.format("%020d", ++sequence));
    attributes.put("epoch", "6f1c0a52");
    return new Envelope(attributes, new Route("qemu", "started", "begin", guest), data, -1);
  }

  /** Returns an event whose data ends with this much XML, which may be removed. */
  public Envelope withXml(String guest, int xmlBytes) {
    String head = "{\"hook\":{\"object\":\"guest\"}";
    byte[] data = utf8(head + ",\"xml\":\"" + "x".repeat(xmlBytes) + "\"}");
    return next(guest, data).withData(data, head.length());
  }

  /** Returns events of several guests in random order. */
  public List<Envelope> mixed(int count, int guests, int bytes) {
    List<Envelope> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(next("guest-" + random.nextInt(guests), bytes));
    }
    return events;
  }

  private byte[] json(int bytes) {
    StringBuilder json = new StringBuilder("{\"hook\":{\"object\":\"");
    while (json.length() < bytes - 3) {
      json.append((char) ('a' + random.nextInt(26)));
    }
    return utf8(json.append("\"}}").toString());
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
