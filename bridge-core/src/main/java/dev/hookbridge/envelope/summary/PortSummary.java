package dev.hookbridge.envelope.summary;

import dev.hookbridge.text.JsonObjectBuilder;
import java.util.List;

/**
 * Collects {@code data.port}: where a guest's interface is plugged into a network. The source is
 * {@code <networkport>} or, before libvirt 5.5.0, the guest's {@code <interface>}.
 */
final class PortSummary implements Summary.Part {
  private final JsonObjectBuilder port =
      new JsonObjectBuilder(
          List.of(
              "uuid",
              "ownerName",
              "ownerUuid",
              "mac",
              "type",
              "bridge",
              "device",
              "target",
              "group"));

  @Override
  public JsonObjectBuilder members() {
    return port;
  }

  @Override
  public void start(String place, Attributes at) {
    switch (place) {
      case "" -> port.put("type", at.get("type"));
      case "mac" -> port.put("mac", at.get("address"));
      case "plug" -> {
        port.put("type", at.get("type"));
        port.put("bridge", at.get("bridge"));
        port.put("device", at.get("dev"));
      }
      case "source" -> {
        port.put("bridge", at.get("bridge"));
        port.put("device", at.get("dev"));
      }
      case "plug/address", "source/address" -> port.put("device", HostAddress.of(at));
      case "target" -> port.put("target", at.get("dev"));
      default -> {}
    }
  }

  @Override
  public void text(String place, String text) {
    switch (place) {
      case "uuid" -> port.putUuid(place, text);
      case "group" -> port.put(place, text);
      case "owner/name" -> port.put("ownerName", text);
      case "owner/uuid" -> port.putUuid("ownerUuid", text);
      default -> {}
    }
  }
}
