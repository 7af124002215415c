package dev.hookbridge.envelope;

/**
 * Takes user information and query (RFC 3986, 3.2.1 and 3.4) out of the URLs in a text: they carry
 * passwords and tokens.
 */
final class Urls {
  private static final String SEPARATOR = "://";

  private Urls() {}

  /** The text itself when it holds no URL with either. */
  static String withoutSecrets(String text) {
    int at = text.indexOf(SEPARATOR);
    if (at < 0) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length());
    int copied = 0;
    while (at >= 0) {
      int authority = at + SEPARATOR.length();
      int path = first("/?#", text, authority);
      int user = text.lastIndexOf('@', path - 1);
      if (user >= authority) {
        clean.append(text, copied, authority).append(Redaction.REDACTED);
        copied = user;
      }
      at = text.indexOf(SEPARATOR, path);
      int query = first("?", text, path);
      if (isQuery(text, query) && (at < 0 || query < at)) {
        clean.append(text, copied, query + 1).append(Redaction.REDACTED);
        copied = first("", text, query);
        at = text.indexOf(SEPARATOR, copied);
      }
    }
    return copied == 0 ? text : clean.append(text, copied, text.length()).toString();
  }

  private static boolean isQuery(String text, int at) {
    return at < text.length() && text.charAt(at) == '?' && first("", text, at) > at + 1;
  }

  /** Where one of these characters stands in the URL, or its end: a space or a quote. */
  private static int first(String delimiters, String text, int from) {
    int at = from;
    while (at < text.length()
        && !ends(text.charAt(at))
        && delimiters.indexOf(text.charAt(at)) < 0) {
      at++;
    }
    return at;
  }

  private static boolean ends(char c) {
    return c <= ' ' || "\"'<>`".indexOf(c) >= 0;
  }
}
