package dev.hookbridge.envelope.summary;

import dev.hookbridge.text.JsonObjectBuilder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The devices of one kind: a list in a guest's summary. Told of the elements of its devices by
 * their place below the device's own.
 */
final class Devices {
  /** What is taken of a device of one kind. */
  interface Kind {
    /** Takes what it wants of an element. */
    void read(JsonObjectBuilder device, String place, Attributes at);

    /** Takes what it wants of a text. */
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
   * @param element the device's element
   * @param list the summary's list
   * @param names the members of its entries
   */
  Devices(JsonObjectBuilder domain, String element, String list, List<String> names, Kind kind) {
    this.kind = kind;
    this.domain = domain;
    this.element = "devices/" + element;
    this.list = list;
    this.names = names;
    this.device = new JsonObjectBuilder(names);
  }

  /** Whether the place is one of these devices. */
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

  /** {@code host:port}, an IPv6 address in brackets; null without a host. */
  static @Nullable String endpoint(@Nullable String host, @Nullable String port) {
    if (host == null) {
      return null;
    }
    String name = host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host;
    return port == null ? name : name + ":" + port;
  }

  /** {@code pool/volume}; null when it is none. */
  static @Nullable String volume(Attributes at) {
    String pool = at.get("pool");
    String volume = at.get("volume");
    return pool != null && volume != null ? pool + "/" + volume : null;
  }
}
