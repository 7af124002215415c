package dev.hookbridge.text;

import org.jspecify.annotations.Nullable;

/** Parses UUIDs like libvirt. */
public final class Uuids {
  /** A regular expression for a UUID in lower case with its dashes. */
  public static final String CANONICAL =
      "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";

  private static final int DIGITS = 32;

  private Uuids() {}

  /**
   * Returns the UUID in lower case with its four dashes. libvirt accepts dashes and spaces anywhere
   * between pairs of digits, and white space around the UUID.
   *
   * @return null when libvirt would not accept it
   */
  public static @Nullable String canonical(String text) {
    StringBuilder uuid = new StringBuilder(DIGITS + 4);
    int count = 0;
    for (char c : text.trim().toCharArray()) {
      if (isHex(c) && count < DIGITS) {
        if (count == 8 || count == 12 || count == 16 || count == 20) {
          uuid.append('-');
        }
        uuid.append(c >= 'A' && c <= 'F' ? (char) (c + ('a' - 'A')) : c);
        count++;
      } else if ((c != '-' && c != ' ') || count % 2 != 0 || count == DIGITS) {
        return null;
      }
    }
    return count == DIGITS ? uuid.toString() : null;
  }

  private static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }
}
