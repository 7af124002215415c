package dev.hookbridge.envelope;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code data.domain}: a guest. */
final class DomainSummary implements Summary.Part {
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
          "hostdevs");
  private static final List<String> OS = List.of("type", "arch", "machine", "firmware");
  private static final List<String> DISK =
      List.of("type", "device", "target", "bus", "format", "source", "protocol", "readonly");
  private static final List<String> INTERFACE =
      List.of("type", "mac", "network", "bridge", "device", "portId", "target", "model");
  private static final List<String> HOSTDEV = List.of("mode", "type", "address");

  private final Members domain = new Members(DOMAIN);
  private final Members os = new Members(OS);
  private Members disk = new Members(DISK);
  private Members nic = new Members(INTERFACE);
  private Members hostdev = new Members(HOSTDEV);
  private String memoryUnit = "";

  @Override
  public Members members() {
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
        if (place.startsWith("devices/disk")) {
          disk(place, at);
        } else if (place.startsWith("devices/interface")) {
          nic(place, at);
        } else if (place.startsWith("devices/hostdev")) {
          hostdev(place, at);
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
      default -> {}
    }
  }

  private void domain(Attributes at) {
    domain.put("type", at.get("type"));
    domain.put("id", Units.whole(at.get("id")));
    domain.put("os", os);
    domain.withLists("disks", "interfaces", "hostdevs");
  }

  private void disk(String place, Attributes at) {
    switch (place) {
      case "devices/disk" -> {
        disk = new Members(DISK);
        disk.put("type", at.get("type"));
        disk.put("device", at.get("device"));
        domain.add("disks", disk);
      }
      case "devices/disk/driver" -> disk.put("format", at.get("type"));
      case "devices/disk/source" -> {
        disk.put("protocol", at.get("protocol"));
        disk.put("source", source(at));
      }
      case "devices/disk/target" -> {
        disk.put("target", at.get("dev"));
        disk.put("bus", at.get("bus"));
      }
      case "devices/disk/readonly" -> disk.put("readonly", true);
      default -> {}
    }
  }

  private static @Nullable String source(Attributes at) {
    String pool = at.get("pool");
    String volume = at.get("volume");
    return pool != null && volume != null
        ? pool + "/" + volume
        : at.first("file", "dev", "dir", "name");
  }

  private void nic(String place, Attributes at) {
    switch (place) {
      case "devices/interface" -> {
        nic = new Members(INTERFACE);
        nic.put("type", at.get("type"));
        domain.add("interfaces", nic);
      }
      case "devices/interface/mac" -> nic.put("mac", at.get("address"));
      case "devices/interface/source" -> {
        nic.put("network", at.get("network"));
        nic.put("bridge", at.get("bridge"));
        nic.put("device", at.get("dev"));
        nic.put("portId", at.get("portid"));
      }
      case "devices/interface/target" -> nic.put("target", at.get("dev"));
      case "devices/interface/model" -> nic.put("model", at.get("type"));
      default -> {}
    }
  }

  private void hostdev(String place, Attributes at) {
    switch (place) {
      case "devices/hostdev" -> {
        hostdev = new Members(HOSTDEV);
        hostdev.put("mode", at.get("mode"));
        hostdev.put("type", at.get("type"));
        domain.add("hostdevs", hostdev);
      }
      case "devices/hostdev/source/address" -> hostdev.put("address", HostAddress.of(at));
      case "devices/hostdev/source/vendor" -> hostdev.put("address", HostAddress.usbId(at));
      case "devices/hostdev/source/product" ->
          hostdev.append("address", ":", HostAddress.usbId(at));
      default -> {}
    }
  }
}
