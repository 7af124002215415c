package dev.hookbridge.envelope.summary;

import dev.hookbridge.text.JsonObjectBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects {@code data.network}: a virtual network. */
final class NetworkSummary implements Summary.Part {
  private final JsonObjectBuilder network =
      new JsonObjectBuilder(
          List.of(
              "uuid",
              "name",
              "title",
              "forward",
              "devices",
              "bridge",
              "domainName",
              "connections",
              "ips"));

  @Override
  public JsonObjectBuilder members() {
    return network;
  }

  @Override
  public void start(String place, Attributes at) {
    switch (place) {
      case "" -> {
        network.put("connections", Units.whole(at.get("connections")));
        network.withLists("devices", "ips");
      }
      case "forward" -> {
        String mode = at.get("mode");
        network.put("forward", mode == null ? "nat" : mode);
      }
      case "forward/interface", "forward/pf" -> device(at.get("dev"));
      case "forward/address" -> device(HostAddress.of(at));
      case "bridge" -> network.put("bridge", at.get("name"));
      case "domain" -> network.put("domainName", at.get("name"));
      case "ip" -> {
        String address = at.get("address");
        String prefix = at.first("prefix", "netmask");
        if (address != null) {
          network.add("ips", prefix == null ? address : address + "/" + prefix);
        }
      }
      default -> {}
    }
  }

  private void device(@Nullable String device) {
    if (device != null) {
      network.add("devices", device);
    }
  }

  @Override
  public void text(String place, String text) {
    switch (place) {
      case "uuid" -> network.putUuid(place, text);
      case "name", "title" -> network.put(place, text);
      default -> {}
    }
  }
}
