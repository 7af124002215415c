package dev.hookbridge.envelope.summary;

import dev.hookbridge.text.JsonObjectBuilder;
import java.util.List;

/** Collects {@code data.domain}: a guest. */
final class DomainSummary implements Summary.Part {
  private static final String DEVICES = "devices/";
  private static final List<String> DOMAIN =
      List.of(
          "uuid",
          "name",
          "id",
          "type",
          "title",
          "memoryKiB",
          "currentMemoryKiB",
          "vcpus",
          "currentVcpus",
          "os",
          "disks",
          "interfaces",
          "hostdevs",
          "filesystems");
  private static final List<String> OS = List.of("type", "arch", "machine", "firmware");

  private final JsonObjectBuilder domain = new JsonObjectBuilder(DOMAIN);
  private final JsonObjectBuilder os = new JsonObjectBuilder(OS);
  private final List<Devices> devices =
      List.of(Disks.of(domain), Interfaces.of(domain), Hostdevs.of(domain), Filesystems.of(domain));
  private String memoryUnit = "";

  @Override
  public JsonObjectBuilder members() {
    return domain;
  }

  @Override
  public void start(String place, Attributes at) {
    switch (place) {
      case "" -> domain(at);
      case "memory", "currentMemory" -> memoryUnit = Units.orKib(at.get("unit"));
      case "vcpu" -> domain.put("currentVcpus", Units.whole(at.get("current")));
      case "os" -> os.put("firmware", at.get("firmware"));
      case "os/type" -> {
        os.put("arch", at.get("arch"));
        os.put("machine", at.get("machine"));
      }
      default -> {
        if (place.startsWith(DEVICES)) {
          for (Devices kind : devices) {
            if (kind.start(place, at)) {
              return;
            }
          }
        }
      }
    }
  }

  @Override
  public void text(String place, String text) {
    switch (place) {
      case "uuid" -> domain.putUuid(place, text);
      case "name", "title" -> domain.put(place, text);
      case "memory" -> domain.put("memoryKiB", Units.kib(text, memoryUnit));
      case "currentMemory" -> domain.put("currentMemoryKiB", Units.kib(text, memoryUnit));
      case "vcpu" -> domain.put("vcpus", Units.whole(text));
      case "os/type" -> os.put("type", text);
      default -> {
        if (place.startsWith(DEVICES)) {
          devices.forEach(kind -> kind.text(place, text));
        }
      }
    }
  }

  private void domain(Attributes at) {
    domain.put("type", at.get("type"));
    domain.put("id", Units.whole(at.get("id")));
    domain.put("os", os);
    domain.withLists("disks", "interfaces", "hostdevs", "filesystems");
  }
}
