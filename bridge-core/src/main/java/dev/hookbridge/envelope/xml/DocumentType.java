package dev.hookbridge.envelope.xml;

/**
 * Looks at a document type in the text itself: the JDK's parser tells that there is one, but not
 * reliably what it holds.
 */
final class DocumentType {
  /** A prolog that is longer is not looked through. */
  static final int LONGEST = 64 << 10;

  private DocumentType() {}

  /**
   * Whether it only names the root and perhaps an external subset, which nobody loads.
   *
   * @param text the beginning of a document that is well-formed up to the end of its document type
   */
  static boolean isOnlyNamed(String text) {
    int at = afterMisc(text);
    if (!text.startsWith("<!DOCTYPE", at)) {
      return false;
    }
    for (; at >= 0 && at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '[' || c == '>') {
        return c == '>';
      }
      if (c == '"' || c == '\'') {
        at = text.indexOf(c, at + 1);
        if (at < 0) {
          return false;
        }
      }
    }
    return false;
  }

  /** Behind spaces, comments and processing instructions. */
  private static int afterMisc(String text) {
    int at = 0;
    while (at < text.length()) {
      int next;
      if (Character.isWhitespace(text.charAt(at))) {
        next = at + 1;
      } else if (text.startsWith("<!--", at)) {
        next = behind(text, "-->", at + 4);
      } else if (text.startsWith("<?", at)) {
        next = behind(text, "?>", at + 2);
      } else {
        return at;
      }
      at = next;
    }
    return at;
  }

  private static int behind(String text, String end, int from) {
    int at = text.indexOf(end, from);
    return at < 0 ? text.length() : at + end.length();
  }
}
