package dev.hookbridge.envelope;

/** Text that somebody outside the project wrote, before it goes into events, logs and terminals. */
public final class Harmless {
  private Harmless() {}

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
      plain.appendCodePoint(isPlain(point) ? point : ' ');
    }
    return plain.toString().strip();
  }

  private static boolean isPlain(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
