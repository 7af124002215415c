package dev.hookbridge.envelope.summary;

import org.jspecify.annotations.Nullable;

/** Formats a host device's address like the tools of its bus. It parses numbers as libvirt does. */
final class HostAddress {
  private HostAddress() {}

  /** Returns the number of a vendor or product, for example {@code 1234}. */
  static @Nullable String usbId(Attributes at) {
    Long id = Units.unsigned(at.get("id"));
    return id == null ? null : String.format("%04x", id);
  }

  /**
   * Returns the address: PCI {@code 0000:06:12.5}, USB {@code 1-4} (bus, device) or {@code
   * port:1-2.3} (bus, port), SCSI {@code 0:0:1} (bus, target, unit), channel devices {@code
   * fe.0.0001}, mediated devices their UUID. Returns null if there is no valid address.
   */
  static @Nullable String of(Attributes at) {
    String uuid = at.get("uuid");
    if (uuid != null) {
      return uuid;
    }
    if (at.get("slot") != null) {
      return numbers("%04x:%02x:%02x.%x", at, "domain", "bus", "slot", "function");
    }
    if (at.get("target") != null) {
      return numbers("%d:%d:%d", at, "bus", "target", "unit");
    }
    if (at.get("devno") != null) {
      return numbers("%x.%x.%04x", at, "cssid", "ssid", "devno");
    }
    String port = at.get("port");
    if (at.get("device") == null && port != null) {
      String bus = numbers("%d", at, "bus");
      return bus == null ? null : "port:" + bus + "-" + port;
    }
    return at.get("device") == null ? null : numbers("%d-%d", at, "bus", "device");
  }

  /** Formats numbers. A missing number is 0. An invalid number makes the result null. */
  private static @Nullable String numbers(String format, Attributes at, String... names) {
    Object[] numbers = new Object[names.length];
    for (int i = 0; i < names.length; i++) {
      String text = at.get(names[i]);
      Long number = text == null ? Long.valueOf(0) : Units.unsigned(text);
      if (number == null) {
        return null;
      }
      numbers[i] = number;
    }
    return String.format(format, numbers);
  }
}
