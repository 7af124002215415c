package dev.hookbridge.text;

/** Text that somebody outside the project wrote, before it goes into events, logs and terminals. */
public final class TextSanitizer {
  private TextSanitizer() {}

  /**
   * The text with a blank for every control and format character, line ends among them, cut to at
   * most so many {@code char}s, and never between the two halves of a character.
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
   * At most 100 characters of the text, with a question mark for each that is not printable ASCII.
   */
  public static String ascii(String text) {
    String cut = text.length() > 100 ? text.substring(0, 100) : text;
    return cut.replaceAll("[^\\x20-\\x7e]", "?");
  }

  /**
   * Whether a person does not see the character as itself, while a terminal or a browser may act
   * upon it: controls, formats, line ends, halves of characters, and what Unicode keeps for formats
   * to come, of which this JDK may not know yet. The hook program has the same list.
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
