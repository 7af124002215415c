package dev.hookbridge.observer;

import dev.hookbridge.envelope.ObservedEvent;
import dev.hookbridge.envelope.ObservedEvent.Subject;
import dev.hookbridge.observer.rpc.MalformedMessageException;
import dev.hookbridge.observer.rpc.XdrReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns libvirt's messages into events. The messages are untrusted. */
final class EventDecoder {
  static final int NETWORK_LIFECYCLE = 315;

  /** The longest name that is kept. libvirt's names are names of files. */
  private static final int MOST_NAME = 1024;

  private static final int MOST_TEXT = 8192;

  private EventDecoder() {}

  /**
   * Decodes a message.
   *
   * @param driver the driver that it came from
   * @return null if it is not a message that this release asks for
   * @throws MalformedMessageException if the body does not have the form of its procedure
   */
  static @Nullable ObservedEvent decode(String driver, int procedure, XdrReader body, Instant time)
      throws MalformedMessageException {
    if (procedure == NETWORK_LIFECYCLE) {
      return network(body, time);
    }
    EventKind kind = EventKind.of(procedure);
    if (kind == null) {
      return null;
    }
    body.number(); // the number of the registration
    Subject subject = domain(driver, body);
    Map<String, Object> details = new LinkedHashMap<>();
    if (kind.name() == null) {
      return lifecycle(subject, body, time, details);
    }
    kind.fields().read(body, details);
    return new ObservedEvent(subject, kind.name(), time, details);
  }

  private static ObservedEvent lifecycle(
      Subject subject, XdrReader body, Instant time, Map<String, Object> details)
      throws MalformedMessageException {
    int event = body.number();
    int detail = body.number();
    String name = Words.lifecycle(event);
    details.put("reason", Words.reason(event, detail));
    if (name.equals(Words.UNKNOWN)) {
      details.put("number", (long) event);
    }
    if (details.get("reason").equals(Words.UNKNOWN)) {
      details.put("detail", (long) detail);
    }
    return new ObservedEvent(subject, name, time, details);
  }

  private static ObservedEvent network(XdrReader body, Instant time)
      throws MalformedMessageException {
    body.number(); // the number of the registration
    byte[] name = name(body);
    Subject subject = new Subject(DriverUri.NETWORK, uuid(body), name, -1);
    int event = body.number();
    String word = Words.of(Words.NETWORK, event);
    Map<String, Object> details = new LinkedHashMap<>();
    if (word.equals(Words.UNKNOWN)) {
      details.put("number", (long) event);
    }
    return new ObservedEvent(subject, word, time, details);
  }

  /** Reads a domain. */
  static Subject domain(String driver, XdrReader body) throws MalformedMessageException {
    byte[] name = name(body);
    String uuid = uuid(body);
    return new Subject(driver, uuid, name, body.number());
  }

  private static byte[] name(XdrReader body) throws MalformedMessageException {
    byte[] name = body.string();
    return name.length > MOST_NAME ? Arrays.copyOf(name, MOST_NAME) : name;
  }

  private static String uuid(XdrReader body) throws MalformedMessageException {
    String digits = HexFormat.of().formatHex(body.opaque(XdrReader.UUID));
    return digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
  }

  /** Returns a text of libvirt, which may be cut. */
  static String text(byte[] bytes) {
    return new String(bytes, 0, Math.min(bytes.length, MOST_TEXT), StandardCharsets.UTF_8);
  }
}
