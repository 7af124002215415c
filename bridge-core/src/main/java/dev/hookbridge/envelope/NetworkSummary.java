package dev.hookbridge.envelope;

import java.util.List;

/** {@code data.network}: a virtual network. */
final class NetworkSummary implements Summary.Part {
  private final Members network =
      new Members(
          List.of(
              "uuid", "name", "title", "forward", "bridge", "domainName", "connections", "ips"));

  @Override
  public Members members() {
    return network;
  }

  @Override
  public void start(String place, Attributes at) {
    switch (place) {
      case "" -> {
        network.put("connections", Units.whole(at.get("connections")));
        network.withLists("ips");
      }
      case "forward" -> {
        String mode = at.get("mode");
        network.put("forward", mode == null ? "nat" : mode);
      }
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

  @Override
  public void text(String place, String text) {
    switch (place) {
      case "uuid" -> network.putUuid(place, text);
      case "name", "title" -> network.put(place, text);
      default -> {}
    }
  }
}
