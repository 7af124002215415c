package dev.hookbridge.envelope;

import org.jspecify.annotations.Nullable;

/** A host device's address the way its bus's own tools write it. */
final class HostAddress {
  private HostAddress() {}

  /** A vendor's or product's number, {@code 1234}. */
  static @Nullable String usbId(Attributes at) {
    String id = at.get("id");
    return id == null ? null : hex(id);
  }

  /** PCI {@code 0000:06:12.5}, USB {@code 1-4} (bus, device), mediated devices their UUID. */
  static @Nullable String of(Attributes at) {
    String uuid = at.get("uuid");
    if (uuid != null) {
      return uuid;
    }
    String slot = at.get("slot");
    if (slot != null) {
      return hex(at.get("domain"))
          + ":"
          + hex(at.get("bus"))
          + ":"
          + hex(slot)
          + "."
          + hex(at.get("function"));
    }
    String device = at.get("device");
    return device == null ? null : at.get("bus") + "-" + device;
  }

  private static String hex(@Nullable String number) {
    if (number == null) {
      return "0";
    }
    return number.startsWith("0x") ? number.substring(2) : number;
  }
}
