package dev.hookbridge.envelope.xml;

import dev.hookbridge.text.JsonText;
import org.jspecify.annotations.Nullable;

/**
 * Writes XML from the events of a parser, so that what goes out is what was understood. Attributes
 * stand in single quotes, as libvirt writes them.
 */
final class XmlWriter {
  /** Escaping makes a document larger; beyond this nobody means it well. */
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

  /** Most text has nothing to escape, so it is copied in runs. */
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
      // A parser takes these for spaces in an attribute, and a return for a new line anywhere.
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
