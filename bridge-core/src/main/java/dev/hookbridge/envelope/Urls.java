package dev.hookbridge.envelope;

/**
 * Takes user information and query (RFC 3986, 3.2.1 and 3.4) out of the URLs in a text: they carry
 * passwords and tokens. Goes forward only, since a text may be megabytes of half a URL.
 */
final class Urls {
  private static final String SEPARATOR = "://";

  private final String text;
  private final StringBuilder clean;
  private int copied;

  private Urls(String text) {
    this.text = text;
    this.clean = new StringBuilder(text.length());
  }

  /** The text itself when it holds no URL with either. */
  static String withoutSecrets(String text) {
    int separator = text.indexOf(SEPARATOR);
    return separator < 0 ? text : new Urls(text).cleaned(separator);
  }

  private String cleaned(int first) {
    int separator = first;
    while (separator >= 0) {
      int authority = separator + SEPARATOR.length();
      int path = end("/?#", authority);
      hideUser(authority, path);
      separator = hideQuery(Math.max(authority, path - 1));
    }
    return copied == 0 ? text : clean.append(text, copied, text.length()).toString();
  }

  /** Up to the last @, since a password may hold one itself. */
  private void hideUser(int authority, int path) {
    for (int at = path - 1; at > authority; at--) {
      if (text.charAt(at) == '@') {
        hide(authority, at);
        return;
      }
    }
  }

  /** Hides the query, if there is one, and finds the next URL, which may stand inside this one. */
  private int hideQuery(int from) {
    for (int at = from; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '?') {
        int end = end("", at);
        hide(at + 1, end);
        return text.indexOf(SEPARATOR, end);
      }
      if (c == ':' && text.startsWith(SEPARATOR, at)) {
        return at;
      }
      if (isOutside(c)) {
        return text.indexOf(SEPARATOR, at);
      }
    }
    return -1;
  }

  private void hide(int from, int to) {
    if (to > from) {
      clean.append(text, copied, from).append(Redaction.REDACTED);
      copied = to;
    }
  }

  /** Where one of these characters stands in the URL, or its end. */
  private int end(String delimiters, int from) {
    int at = from;
    while (at < text.length()
        && !isOutside(text.charAt(at))
        && delimiters.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return at;
  }

  /** No URL holds a space or a quote. */
  private static boolean isOutside(char c) {
    return c <= ' ' || "\"'<>`".indexOf(c) >= 0;
  }
}
