package dev.hookbridge.envelope.xml;

/**
 * Checks a document type in the text itself. The JDK's parser reports that there is one, but does
 * not reliably report its content.
 */
final class DocumentType {
  /** Maximum length of the checked prolog, in characters. */
  static final int LONGEST = 64 << 10;

  private DocumentType() {}

  /**
   * Returns whether the document type only names the root and perhaps an external subset, which
   * nobody loads.
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

  /** Returns the position after spaces, comments and processing instructions. */
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
