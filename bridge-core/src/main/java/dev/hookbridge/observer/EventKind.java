package dev.hookbridge.observer;

import dev.hookbridge.observer.rpc.MalformedMessageException;
import dev.hookbridge.observer.rpc.XdrReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A kind of libvirt's domain events: how to ask for it, and what its message says. The numbers are
 * those of libvirt-domain.h and remote_protocol.x.
 *
 * @param id the number of the event, with which it is asked for
 * @param procedure the number of its messages
 * @param name the last part of the type; null for lifecycle events, whose message says it
 * @param optional whether it is reported only when the configuration asks for it
 */
record EventKind(int id, int procedure, @Nullable String name, boolean optional, Fields fields) {

  /** Reads what follows the domain in a message. */
  interface Fields {
    void read(XdrReader body, Map<String, Object> details) throws MalformedMessageException;
  }

  private static final List<EventKind> ALL =
      List.of(
          new EventKind(0, 318, null, false, (body, details) -> {}),
          usual(1, 319, "rebooted", (body, details) -> {}),
          asked(2, 320, "rtc-changed", (b, d) -> d.put("offsetSeconds", b.hyper())),
          usual(3, 321, "watchdog", (b, d) -> word(b, d, "action", Words.WATCHDOG)),
          usual(6, 324, "io-error", EventKind::ioError),
          usual(7, 325, "control-error", (body, details) -> {}),
          usual(9, 327, "disk-changed", EventKind::diskChanged),
          usual(10, 328, "tray-changed", EventKind::trayChanged),
          asked(13, 331, "balloon-changed", (b, d) -> d.put("actualKiB", b.hyper())),
          usual(15, 333, "device-removed", (b, d) -> text(b, d, "device")),
          usual(16, 339, "block-job", EventKind::blockJob),
          usual(18, 348, "guest-agent", EventKind::guestAgent),
          usual(19, 354, "device-added", (b, d) -> text(b, d, "device")),
          asked(20, 359, "migration-iteration", (b, d) -> number(b, d, "iteration")),
          usual(21, 363, "job-completed", JobParameters::read),
          usual(22, 367, "device-removal-failed", (b, d) -> text(b, d, "device")),
          usual(23, 379, "metadata-changed", EventKind::metadata),
          usual(24, 385, "block-threshold", EventKind::blockThreshold),
          usual(25, 423, "memory-failure", EventKind::memoryFailure));

  private static EventKind usual(int id, int procedure, String name, Fields fields) {
    return new EventKind(id, procedure, name, false, fields);
  }

  private static EventKind asked(int id, int procedure, String name, Fields fields) {
    return new EventKind(id, procedure, name, true, fields);
  }

  /** Returns every kind that is reported, lifecycle events first. */
  static List<EventKind> wanted(Set<String> include) {
    return ALL.stream().filter(kind -> !kind.optional || include.contains(kind.name)).toList();
  }

  /** Returns the kind of a message, or null if it is none of a domain event. */
  static @Nullable EventKind of(int procedure) {
    for (EventKind kind : ALL) {
      if (kind.procedure == procedure) {
        return kind;
      }
    }
    return null;
  }

  /** Returns the names of all domain events, in the order of the documentation. */
  static List<String> names() {
    List<String> names = new ArrayList<>(Words.lifecycle());
    ALL.stream().filter(kind -> kind.name != null).forEach(kind -> names.add(kind.name()));
    return names;
  }

  /** Returns the names that the key {@code include} may have. */
  static List<String> optionalNames() {
    return ALL.stream().filter(EventKind::optional).map(EventKind::name).toList();
  }

  private static void ioError(XdrReader body, Map<String, Object> details)
      throws MalformedMessageException {
    text(body, details, "path");
    text(body, details, "device");
    word(body, details, "action", Words.IO_ERROR);
    text(body, details, "reason");
  }

  private static void diskChanged(XdrReader body, Map<String, Object> details)
      throws MalformedMessageException {
    optionalText(body, details, "oldPath");
    optionalText(body, details, "newPath");
    text(body, details, "device");
    word(body, details, "reason", Words.DISK_CHANGE);
  }

  private static void trayChanged(XdrReader body, Map<String, Object> details)
      throws MalformedMessageException {
    text(body, details, "device");
    word(body, details, "reason", Words.TRAY);
  }

  private static void blockJob(XdrReader body, Map<String, Object> details)
      throws MalformedMessageException {
    text(body, details, "disk");
    word(body, details, "job", Words.BLOCK_JOB);
    word(body, details, "status", Words.BLOCK_JOB_STATUS);
  }

  private static void guestAgent(XdrReader body, Map<String, Object> details)
      throws MalformedMessageException {
    word(body, details, "state", Words.GUEST_AGENT);
    word(body, details, "reason", Words.GUEST_AGENT_REASON);
  }

  private static void metadata(XdrReader body, Map<String, Object> details)
      throws MalformedMessageException {
    word(body, details, "what", Words.METADATA);
    optionalText(body, details, "uri");
  }

  private static void blockThreshold(XdrReader body, Map<String, Object> details)
      throws MalformedMessageException {
    text(body, details, "disk");
    optionalText(body, details, "path");
    details.put("thresholdBytes", body.hyper());
    details.put("excessBytes", body.hyper());
  }

  private static void memoryFailure(XdrReader body, Map<String, Object> details)
      throws MalformedMessageException {
    word(body, details, "recipient", Words.MEMORY_FAILURE_RECIPIENT);
    word(body, details, "action", Words.MEMORY_FAILURE_ACTION);
    int flags = body.number();
    details.put("actionRequired", (flags & 1) != 0);
    details.put("recursive", (flags & 2) != 0);
  }

  private static void word(
      XdrReader body, Map<String, Object> details, String member, List<String> words)
      throws MalformedMessageException {
    details.put(member, Words.of(words, body.number()));
  }

  private static void number(XdrReader body, Map<String, Object> details, String member)
      throws MalformedMessageException {
    details.put(member, (long) body.number());
  }

  private static void text(XdrReader body, Map<String, Object> details, String member)
      throws MalformedMessageException {
    details.put(member, EventDecoder.text(body.string()));
  }

  private static void optionalText(XdrReader body, Map<String, Object> details, String member)
      throws MalformedMessageException {
    byte[] text = body.optionalString();
    if (text != null) {
      details.put(member, EventDecoder.text(text));
    }
  }
}
