package dev.hookbridge.envelope;

import org.jspecify.annotations.Nullable;

/**
 * The text between two tags. It arrives in pieces and is looked at whole, so that nothing hides
 * across their edges; but for a long one, of which that much goes out as stands before any URL.
 */
final class TextPieces {
  private static final int LONG = 64 << 10;
  private static final String URL = "://";

  private final StringBuilder text = new StringBuilder();

  /** The beginning of a long text, which is all that a summary shows. */
  private @Nullable String beginning;

  private boolean url;

  void add(char[] chars, int from, int length, Markup out) {
    text.append(chars, from, length);
    if (text.length() > LONG && !url) {
      url = text.indexOf(URL) >= 0;
      if (!url) {
        goOut(out);
      }
    }
  }

  /** All but a beginning of what makes a URL, and never half a character. */
  private void goOut(Markup out) {
    int end = text.length() - URL.length();
    end -= Character.isHighSurrogate(text.charAt(end - 1)) ? 1 : 0;
    String piece = text.substring(0, end);
    out.text(piece);
    text.delete(0, end);
    beginning = beginning == null ? piece : beginning;
  }

  /** What has not gone out. */
  String rest() {
    return text.isEmpty() ? "" : text.toString();
  }

  /** The text is over; gives what a summary is made of. */
  String end(String shown) {
    String all = beginning == null ? shown : beginning;
    text.setLength(0);
    beginning = null;
    url = false;
    return all;
  }
}
