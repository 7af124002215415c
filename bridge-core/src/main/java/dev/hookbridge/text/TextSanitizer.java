package dev.hookbridge.text;

/** Sanitizes text from outside the project for events, logs and terminals. */
public final class TextSanitizer {
  private TextSanitizer() {}

  /**
   * Replaces every control, format and unassigned character, including line ends, with a blank.
   * Cuts the text to at most {@code most} chars, and never splits a surrogate pair. Strips blanks
   * at both ends.
   */
  public static String text(String text, int most) {
    StringBuilder plain = new StringBuilder(Math.min(text.length(), most));
    for (int at = 0, point; at < text.length(); at += Character.charCount(point)) {
      point = text.codePointAt(at);
      if (plain.length() + Character.charCount(point) > most) {
        break;
      }
      boolean shown = !isHidden(point) && Character.getType(point) != Character.UNASSIGNED;
      plain.appendCodePoint(shown ? point : ' ');
    }
    return plain.toString().strip();
  }

  /**
   * Returns at most 100 characters of the text, with a question mark for each character that is not
   * printable ASCII.
   */
  public static String ascii(String text) {
    String cut = text.length() > 100 ? text.substring(0, 100) : text;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }

  /**
   * Returns whether a person does not see the character, but a terminal or a browser may act on it.
   * These are control and format characters, line ends, halves of surrogate pairs, and code points
   * that Unicode reserves for future format characters, which this JDK may not know yet. The hook
   * program has the same list.
   */
  public static boolean isHidden(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default ->
          (point >= 0x2060 && point <= 0x206f)
              || (point >= 0xfff0 && point <= 0xfffb)
              || (point >= 0x13430 && point <= 0x1343f)
              || (point >= 0xe0000 && point <= 0xe007f);
    };
  }
}
