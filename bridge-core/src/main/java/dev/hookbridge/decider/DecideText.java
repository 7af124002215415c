package dev.hookbridge.decider;

import dev.hookbridge.text.TextSanitizer;
import java.nio.charset.StandardCharsets;

/** Makes the output of a program safe to show to a user of virsh. */
public final class DecideText {
  private static final int MOST = 512;

  private DecideText() {}

  /** Returns the UTF-8 bytes as printable text. See {@link #printable(String)}. */
  public static String printable(byte[] bytes) {
    return printable(new String(bytes, StandardCharsets.UTF_8));
  }

  /**
   * Returns one line of at most 512 characters. Unprintable characters and white space become a
   * single blank.
   */
  public static String printable(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .map(point -> isPrintable(point) ? point : ' ')
        .filter(point -> point != ' ' || (line.length() > 0 && !endsBlank(line)))
        .limit(MOST)
        .forEach(line::appendCodePoint);
    return line.toString().strip();
  }

  private static boolean endsBlank(StringBuilder line) {
    return line.charAt(line.length() - 1) == ' ';
  }

  private static boolean isPrintable(int point) {
    int type = Character.getType(point);
    return !TextSanitizer.isHidden(point)
        && type != Character.UNASSIGNED
        && type != Character.SPACE_SEPARATOR;
  }
}
