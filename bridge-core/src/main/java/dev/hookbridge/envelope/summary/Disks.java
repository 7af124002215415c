package dev.hookbridge.envelope.summary;

import dev.hookbridge.text.JsonObjectBuilder;
import java.util.List;

/** Collects {@code data.domain.disks}. */
final class Disks implements Devices.Kind {
  static Devices of(JsonObjectBuilder domain) {
    return new Devices(
        domain,
        "disk",
        "disks",
        List.of(
            "type",
            "device",
            "target",
            "bus",
            "format",
            "source",
            "namespace",
            "protocol",
            "readonly"),
        new Disks());
  }

  @Override
  public void read(JsonObjectBuilder disk, String place, Attributes at) {
    switch (place) {
      case "" -> {
        disk.put("type", at.get("type"));
        disk.put("device", at.get("device"));
      }
      case "driver" -> disk.put("format", at.get("type"));
      case "source" -> {
        disk.put("protocol", at.get("protocol"));
        disk.put("source", Devices.volume(at));
        disk.put("source", at.first("file", "dev", "dir", "name", "path"));
        disk.put("namespace", Units.whole(at.get("namespace")));
      }
      // An export without a name is identified by its server.
      case "source/host" -> {
        disk.put("source", Devices.endpoint(at.get("name"), at.get("port")));
        disk.put("source", at.get("socket"));
      }
      case "source/address" -> disk.put("source", HostAddress.of(at));
      case "target" -> {
        disk.put("target", at.get("dev"));
        disk.put("bus", at.get("bus"));
      }
      case "readonly" -> disk.put("readonly", true);
      default -> {}
    }
  }
}
