package dev.hookbridge.envelope.summary;

import dev.hookbridge.text.JsonObjectBuilder;
import java.util.List;

/** Collects {@code data.domain.interfaces}. */
final class Interfaces implements Devices.Kind {
  static Devices of(JsonObjectBuilder domain) {
    return new Devices(
        domain,
        "interface",
        "interfaces",
        List.of(
            "type",
            "mac",
            "network",
            "bridge",
            "device",
            "address",
            "socket",
            "endpoint",
            "switch",
            "portId",
            "target",
            "model"),
        new Interfaces());
  }

  @Override
  public void read(JsonObjectBuilder nic, String place, Attributes at) {
    switch (place) {
      case "" -> nic.put("type", at.get("type"));
      case "mac" -> nic.put("mac", at.get("address"));
      case "source" -> source(nic, at);
      case "source/address" -> nic.put("address", HostAddress.of(at));
      case "target" -> nic.put("target", at.get("dev"));
      case "model" -> nic.put("model", at.get("type"));
      default -> {}
    }
  }

  private static void source(JsonObjectBuilder nic, Attributes at) {
    // VirtualBox's internal networks have only a name.
    nic.put("network", at.first("network", "name"));
    nic.put("bridge", at.get("bridge"));
    nic.put("device", at.get("dev"));
    nic.put("socket", at.get("path"));
    nic.put("endpoint", Devices.endpoint(at.get("address"), at.get("port")));
    nic.put("switch", at.get("switchid"));
    // A distributed switch numbers its ports.
    nic.put("portId", at.get("switchid") == null ? at.get("portid") : null);
  }
}
