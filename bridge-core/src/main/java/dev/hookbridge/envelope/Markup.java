package dev.hookbridge.envelope;

/**
 * Writes XML from the events of a parser, so that what goes out is what was understood. Attributes
 * stand in single quotes, as libvirt writes them.
 */
final class Markup {
  /** Escaping makes a document larger; beyond this nobody means it well. */
  static final int MOST_CHARS = 32 << 20;

  private final StringBuilder out;
  private boolean open;

  Markup(int expected) {
    out = new StringBuilder(expected + expected / 16 + 64);
  }

  void start(String name) {
    closeTag();
    out.append('<').append(name);
    open = true;
  }

  void attribute(String name, String value) {
    out.append(' ').append(name).append("='");
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '<' -> out.append("&lt;");
        case '&' -> out.append("&amp;");
        case '\'' -> out.append("&apos;");
        // A parser would turn these into spaces.
        case '\t', '\n', '\r' -> out.append("&#").append((int) c).append(';');
        default -> out.append(c);
      }
    }
    out.append('\'');
  }

  void text(CharSequence text) {
    closeTag();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '&' -> out.append("&amp;");
        case '\r' -> out.append("&#13;");
        default -> out.append(c);
      }
    }
  }

  void end(String name) {
    if (open) {
      out.append("/>");
      open = false;
    } else {
      out.append("</").append(name).append('>');
    }
  }

  boolean isTooLarge() {
    return out.length() > MOST_CHARS;
  }

  private void closeTag() {
    if (open) {
      out.append('>');
      open = false;
    }
  }

  @Override
  public String toString() {
    return out.toString();
  }
}
