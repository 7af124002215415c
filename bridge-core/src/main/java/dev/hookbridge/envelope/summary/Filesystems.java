package dev.hookbridge.envelope.summary;

import dev.hookbridge.text.JsonObjectBuilder;
import java.util.List;

/** Collects {@code data.domain.filesystems}. */
final class Filesystems implements Devices.Kind {
  static Devices of(JsonObjectBuilder domain) {
    return new Devices(
        domain,
        "filesystem",
        "filesystems",
        List.of("type", "driver", "source", "usageKiB", "target", "readonly"),
        new Filesystems());
  }

  @Override
  public void read(JsonObjectBuilder filesystem, String place, Attributes at) {
    switch (place) {
      case "" -> {
        String type = at.get("type");
        filesystem.put("type", type == null ? "mount" : type);
      }
      case "driver" -> filesystem.put("driver", at.get("type"));
      case "source" -> {
        filesystem.put("source", Devices.volume(at));
        filesystem.put("source", at.first("dir", "dev", "file", "name", "socket"));
        String usage = at.get("usage");
        if (usage != null) {
          filesystem.put("usageKiB", Units.kib(usage, Units.orKib(at.get("units"))));
        }
      }
      case "target" -> filesystem.put("target", at.get("dir"));
      case "readonly" -> filesystem.put("readonly", true);
      default -> {}
    }
  }
}
