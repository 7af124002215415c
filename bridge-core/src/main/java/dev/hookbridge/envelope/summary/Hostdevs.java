package dev.hookbridge.envelope.summary;

import dev.hookbridge.text.JsonObjectBuilder;
import java.util.List;

/** Collects {@code data.domain.hostdevs}. */
final class Hostdevs implements Devices.Kind {
  private static final String ADDRESS = "address";

  static Devices of(JsonObjectBuilder domain) {
    return new Devices(
        domain, "hostdev", "hostdevs", List.of("mode", "type", ADDRESS), new Hostdevs());
  }

  @Override
  public void read(JsonObjectBuilder hostdev, String place, Attributes at) {
    switch (place) {
      case "" -> {
        hostdev.put("mode", at.get("mode"));
        hostdev.put("type", at.get("type"));
      }
      // A port of a Fibre Channel host, or the name of an iSCSI target.
      case "source" -> hostdev.put(ADDRESS, at.first("wwpn", "name"));
      case "source/adapter" -> hostdev.put(ADDRESS, at.get("name"));
      case "source/address" -> address(hostdev, at);
      case "source/vendor" -> hostdev.put(ADDRESS, HostAddress.usbId(at));
      case "source/product" -> hostdev.append(ADDRESS, ":", HostAddress.usbId(at));
      default -> {}
    }
  }

  private static void address(JsonObjectBuilder hostdev, Attributes at) {
    String address = HostAddress.of(at);
    if (at.get("target") == null) {
      hostdev.put(ADDRESS, address);
    } else if (hostdev.text(ADDRESS) == null) {
      hostdev.put(ADDRESS, address);
    } else {
      hostdev.append(ADDRESS, ":", address);
    }
  }

  /** Reads a container's device, whose address is a text. */
  @Override
  public void text(JsonObjectBuilder hostdev, String place, String text) {
    switch (place) {
      case "source/block", "source/char", "source/interface" -> hostdev.put(ADDRESS, text);
      default -> {}
    }
  }
}
