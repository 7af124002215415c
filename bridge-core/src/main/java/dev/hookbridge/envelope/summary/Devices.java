package dev.hookbridge.envelope.summary;

import dev.hookbridge.text.JsonObjectBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The devices of one kind: a list in a guest's summary. It receives each element with its path
 * below the device's own element.
 */
final class Devices {
  /** Selects the data of a device of one kind. */
  interface Kind {
    /** Takes data from an element. */
    void read(JsonObjectBuilder device, String place, Attributes at);

    /** Takes data from a text. */
    default void text(JsonObjectBuilder device, String place, String text) {}
  }

  private final String element;
  private final String list;
  private final List<String> names;
  private final JsonObjectBuilder domain;
  private final Kind kind;

  /** The device that is being read. */
  private JsonObjectBuilder device;

  /**
   * Creates an empty list of devices.
   *
   * @param element the name of the device's element
   * @param list the name of the summary's list
   * @param names the members of the list's entries
   */
  Devices(JsonObjectBuilder domain, String element, String list, List<String> names, Kind kind) {
    this.kind = kind;
    this.domain = domain;
    this.element = "devices/" + element;
    this.list = list;
    this.names = names;
    this.device = new JsonObjectBuilder(names);
  }

  /** Reads an element. Returns whether it belongs to a device of this kind. */
  boolean start(String place, Attributes at) {
    String inner = inner(place);
    if (inner == null) {
      return false;
    }
    if (inner.isEmpty()) {
      device = new JsonObjectBuilder(names);
      domain.add(list, device);
    }
    kind.read(device, inner, at);
    return true;
  }

  void text(String place, String text) {
    String inner = inner(place);
    if (inner != null) {
      kind.text(device, inner, text);
    }
  }

  private @Nullable String inner(String place) {
    int length = element.length();
    if (!place.startsWith(element) || (place.length() > length && place.charAt(length) != '/')) {
      return null;
    }
    return place.length() == length ? "" : place.substring(length + 1);
  }

  /** Returns {@code host:port}, with an IPv6 address in brackets, or null without a host. */
  static @Nullable String endpoint(@Nullable String host, @Nullable String port) {
    if (host == null) {
      return null;
    }
    String name = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    return port == null ? name : name + ":" + port;
  }

  /** Returns {@code pool/volume}, or null if the element does not name a volume. */
  static @Nullable String volume(Attributes at) {
    String pool = at.get("pool");
    String volume = at.get("volume");
    return pool != null && volume != null ? pool + "/" + volume : null;
  }
}
