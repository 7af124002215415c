package dev.hookbridge.envelope.xml;

import dev.hookbridge.text.JsonText;
import org.jspecify.annotations.Nullable;

/**
 * Writes XML from the events of a parser, so the output is exactly what was understood. Attributes
 * have single quotes, as in libvirt's own output.
 */
final class XmlWriter {
  /**
   * Maximum number of characters after escaping. Escaping makes a document larger, and only a
   * hostile document exceeds this.
   */
  static final int MOST_CHARS = 32 << 20;

  private final JsonText out;
  private boolean open;

  XmlWriter(JsonText out) {
    this.out = out;
  }

  void start(String name) {
    closeTag();
    out.append("<");
    out.append(name);
    open = true;
  }

  void attribute(String name, String value) {
    out.append(" ");
    out.append(name);
    out.append("='");
    escape(value, true);
    out.append("'");
  }

  void text(String text) {
    closeTag();
    escape(text, false);
  }

  /** Escapes a text. Most text needs no escapes, so it is copied in runs. */
  private void escape(String text, boolean attribute) {
    int copied = 0;
    for (int i = 0; i < text.length(); i++) {
      String escaped = escaped(text.charAt(i), attribute);
      if (escaped != null) {
        out.append(text, copied, i);
        out.append(escaped);
        copied = i + 1;
      }
    }
    out.append(text, copied, text.length());
  }

  private static @Nullable String escaped(char c, boolean attribute) {
    if (c > '>') {
      return null;
    }
    return switch (c) {
      case '<' -> "&lt;";
      case '>' -> attribute ? null : "&gt;";
      case '&' -> "&amp;";
      case '\'' -> attribute ? "&apos;" : null;
      // In an attribute a parser reads these as spaces. Everywhere it reads a return as a new line.
      case '\t' -> attribute ? "&#9;" : null;
      case '\n' -> attribute ? "&#10;" : null;
      case '\r' -> "&#13;";
      default -> null;
    };
  }

  void end(String name) {
    if (open) {
      out.append("/>");
      open = false;
    } else {
      out.append("</");
      out.append(name);
      out.append(">");
    }
  }

  boolean isTooLarge() {
    return out.chars() > MOST_CHARS;
  }

  private void closeTag() {
    if (open) {
      out.append(">");
      open = false;
    }
  }
}
