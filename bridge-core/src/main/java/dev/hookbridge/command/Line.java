package dev.hookbridge.command;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.text.TextSanitizer;

/** Formats an event as one line for people: time, host, type, subject. */
public final class Line {
  private static final String TYPE = "dev.hookbridge.";

  private Line() {}

  /** Returns the line of an event. */
  public static String of(Envelope envelope) {
    String type = attribute(envelope, "type").replace(TYPE, "").replaceFirst("^libvirt\\.", "");
    return safe(
        String.format(
            "%-30s %-16s %-28s %s%s",
            attribute(envelope, "time"),
            attribute(envelope, "source").replaceAll("^//|/libvirt$", ""),
            type.replaceFirst("\\.v\\d+$", ""),
            attribute(envelope, "subject"),
            envelope.attributes().containsKey("reduced") ? " (reduced)" : ""));
  }

  private static String attribute(Envelope envelope, String name) {
    return envelope.attributes().getOrDefault(name, "-");
  }

  /**
   * Returns the text with control characters as escapes, so that a guest's name cannot control the
   * terminal.
   */
  public static String safe(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point -> {
              if (TextSanitizer.isHidden(point)) {
                safe.append(String.format("\\u{%x}", point));
              } else {
                safe.appendCodePoint(point);
              }
            });
    return safe.toString();
  }
}
