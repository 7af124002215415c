package dev.hookbridge.envelope.redaction;

import dev.hookbridge.text.Uuids;
import java.util.List;
import java.util.Locale;

/**
 * The names that always hold a secret: names of elements, of attributes, and of members in a text.
 * Only the end of a name counts. Case, {@code -}, {@code _} and {@code .} are ignored.
 */
final class SecretNames {
  /** The endings of such names. */
  static final List<String> ENDINGS =
      List.of(
          "passwd",
          "password",
          "passphrase",
          "adminpass",
          "rootpass",
          "userpass",
          "secret",
          "token",
          "apikey",
          "accesskey",
          "secretkey",
          "privatekey",
          "credentials",
          "authorization",
          "cookie",
          "cookies",
          "userdata");

  private static final String REFERENCE = "secret";

  /**
   * The last two letters of all endings, for a quick check. Nearly every name has none of these
   * endings.
   */
  private static final boolean[][] LAST = new boolean[128][128];

  static {
    for (String ending : ENDINGS) {
      LAST[ending.charAt(ending.length() - 2)][ending.charAt(ending.length() - 1)] = true;
    }
  }

  private SecretNames() {}

  static boolean matches(String name) {
    if (!isLikely(name)) {
      return false;
    }
    String plain = plain(name);
    for (String ending : ENDINGS) {
      if (plain.endsWith(ending)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns whether an attribute holds a secret. An attribute {@code secret} with a UUID does not:
   * it only refers to a secret that libvirt keeps.
   */
  static boolean matches(String attribute, String value) {
    return matches(attribute) && !(attribute.equals(REFERENCE) && Uuids.canonical(value) != null);
  }

  /** Returns false only if {@link #plain} cannot make such a name of it. */
  private static boolean isLikely(String name) {
    int length = name.length();
    if (length < 2) {
      return false;
    }
    char last = name.charAt(length - 1);
    char before = name.charAt(length - 2);
    if (!isLetter(last) || !isLetter(before)) {
      return true;
    }
    return LAST[before | 0x20][last | 0x20];
  }

  private static boolean isLetter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static String plain(String name) {
    StringBuilder plain = null;
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '-' || c == '_' || c == '.') {
        plain = plain == null ? new StringBuilder(name).delete(i, name.length()) : plain;
      } else if (plain != null) {
        plain.append(c);
      }
    }
    return (plain == null ? name : plain.toString()).toLowerCase(Locale.ROOT);
  }
}
