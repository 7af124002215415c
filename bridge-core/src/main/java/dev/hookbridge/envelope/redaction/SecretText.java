package dev.hookbridge.envelope.redaction;

/**
 * Finds secrets inside the value of an attribute or inside a text. There are two kinds. A URL's
 * user information is removed. A value is removed from the sign of a secret to its end, because
 * nothing shows where such a secret ends: people write quotes, blanks and slashes into passwords,
 * unescaped.
 *
 * <p>It only moves forward and looks back a bounded distance, because a text may be megabytes of
 * incomplete signs and may come in pieces. For one value and one thread.
 */
public final class SecretText {
  /** Maximum length of a sign before the last checked position, except for what is held back. */
  static final int LOOK_BACK = 256;

  private static final int NONE = -1;
  private static final int LONGEST_NAME = 128;
  private static final int MOST_BETWEEN = 32;
  private static final boolean[] SPECIAL = new boolean[128];

  static {
    "@/?#=:>&{<".chars().forEach(c -> SPECIAL[c] = true);
  }

  private final Redaction redaction;
  private int at;

  /** The possible beginning of a URL's user information, and its last {@code @} so far. */
  private int authority = NONE;

  private int user = NONE;

  /**
   * The first {@code ?} or {@code #} since a blank. A following {@code =} makes it a query or a
   * fragment.
   */
  private int mark = NONE;

  /** The position after the last {@code <}. */
  private int tag = NONE;

  /** From this position on, everything is secret. */
  private int cut = NONE;

  public SecretText(Redaction redaction) {
    this.redaction = redaction;
  }

  /** Returns the value without its secrets. Returns the same object if there are none. */
  public static String hidden(Redaction redaction, String value, String replacement) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < SPECIAL.length && SPECIAL[c] && !(c == '/' && isPath(value, i + 1))) {
        SecretText secrets = new SecretText(redaction);
        secrets.look(value);
        return secrets.hidden(value, replacement, false);
      }
    }
    return value;
  }

  /**
   * Returns whether a slash belongs to a path. A single slash has no meaning, and most values with
   * slashes are paths.
   */
  private static boolean isPath(String value, int next) {
    return next == value.length() || "/\\".indexOf(value.charAt(next)) < 0;
  }

  /**
   * Checks the characters that were added since the last call. The text must still contain its
   * earlier characters.
   */
  public void look(CharSequence text) {
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      if (cut != NONE) {
        user = c == '@' && authority != NONE ? at : user;
      } else if (c <= ' ') {
        mark = NONE;
        tag(text);
      } else if (c < SPECIAL.length && SPECIAL[c]) {
        if (c == '?' && at + 1 == text.length()) {
          return; // the next character decides
        }
        special(text, c);
      }
    }
  }

  private void special(CharSequence text, char c) {
    switch (c) {
      case '@' -> user = authority == NONE ? user : at;
      case '/' -> slash(text);
      case '?', '#' -> mark(text, c);
      case '{' -> json(text);
      case '<' -> tag = at + 1;
      case '>' -> tag(text);
      default -> name(text, c);
    }
  }

  /**
   * Handles a slash. Two slashes, escaped or not, at the beginning of a word or after a scheme
   * start an authority.
   */
  private void slash(CharSequence text) {
    tag(text);
    int first = before(text, at, "\\", MOST_BETWEEN) - 1;
    if (authority != NONE || first < 0 || text.charAt(first) != '/') {
      return;
    }
    int word = before(text, first, "\\", MOST_BETWEEN) - 1;
    if (word < 0 || !isInWord(text.charAt(word))) {
      authority = at + 1;
    }
  }

  private void mark(CharSequence text, char c) {
    if (c == '?' && authority != NONE && text.charAt(at + 1) > ' ') {
      cut = at + 1;
    } else if (mark == NONE) {
      mark = at;
    }
  }

  /** Handles QEMU's pseudo-protocol {@code json:}. */
  private void json(CharSequence text) {
    int colon = before(text, at, " \t\r\n", MOST_BETWEEN) - 1;
    if (colon >= 4 && text.charAt(colon) == ':') {
      String scheme = text.subSequence(colon - 4, colon).toString();
      cut = scheme.equalsIgnoreCase("json") ? at : cut;
    }
  }

  /** Handles the end of what began with {@code <}. It may be a tag of XML inside this text. */
  private void tag(CharSequence text) {
    if (tag != NONE) {
      int begin = Math.max(tag, at - 2 * LONGEST_NAME);
      if (redaction.hidesTag(text.subSequence(begin, at).toString())) {
        cut = at;
      }
      tag = NONE;
    }
  }

  /** Handles a name and the sign that its value follows. */
  private void name(CharSequence text, char delimiter) {
    if (delimiter == '=' && mark != NONE) {
      cut = mark + 1;
      return;
    }
    int end = delimiter == '&' ? at : before(text, at, " \t\r\n\"'\\])", MOST_BETWEEN);
    int begin = end;
    while (begin > 0 && end - begin < LONGEST_NAME && isName(text.charAt(begin - 1))) {
      begin--;
    }
    if (end - begin > 1) {
      String name = text.subSequence(begin, end).toString();
      boolean option = begin > 0 && ":,;".indexOf(text.charAt(begin - 1)) >= 0;
      if (SecretNames.matches(name) || (delimiter == '=' && isSetting(name, option))) {
        cut = at + 1;
      }
    }
  }

  /** Returns whether a name is a seed of cloud-init, a key of Ceph, or an attribute with a rule. */
  private boolean isSetting(String name, boolean option) {
    return name.equalsIgnoreCase("ds")
        || (option && name.equalsIgnoreCase("key"))
        || redaction.hidesAttribute(name);
  }

  /**
   * Returns the position after the last character before {@code place} that is not in {@code
   * skipped}.
   */
  private static int before(CharSequence text, int place, String skipped, int most) {
    int end = place;
    while (end > 0 && place - end < most && skipped.indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return end;
  }

  private static boolean isName(char c) {
    return c == '-' || c == '_' || c == '.' || Character.isLetterOrDigit(c);
  }

  /**
   * Returns whether two slashes after this character are part of a path or of base64 and not the
   * beginning of an address.
   */
  private static boolean isInWord(char c) {
    return c == '+' || c == '/' || isName(c);
  }

  /** Returns the position up to which the text is checked and may be shown and removed. */
  public int settled() {
    if (cut != NONE) {
      return authority == NONE ? cut : Math.min(cut, authority);
    }
    int settled = at - LOOK_BACK;
    settled = authority == NONE ? settled : Math.min(settled, authority);
    settled = mark == NONE ? settled : Math.min(settled, mark);
    return Math.max(0, settled);
  }

  /** Reports that the text lost characters at its beginning, at most those that are settled. */
  public void lost(int chars) {
    at -= chars;
    authority = authority == NONE ? NONE : authority - chars;
    user = user == NONE ? NONE : user - chars;
    mark = mark == NONE ? NONE : mark - chars;
    tag = tag == NONE ? NONE : Math.max(0, tag - chars);
    cut = cut == NONE ? NONE : cut - chars;
  }

  /** Reports that the text after the cut was checked and removed. */
  public void forgot() {
    at = cut;
  }

  /** Returns the position from which on nothing will be shown, or −1. */
  public int cut() {
    return cut;
  }

  /**
   * Returns the text without its secrets. The text must have been checked.
   *
   * @param more whether the text had further content after it that was not kept
   */
  public String hidden(String text, String replacement, boolean more) {
    boolean named = authority != NONE && user > authority && (cut == NONE || authority < cut);
    if (named && cut != NONE && user >= cut) {
      return text.substring(0, authority) + replacement;
    }
    boolean rest = cut != NONE && (more || !text.substring(cut).isBlank());
    if (!named && !rest) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length());
    shown.append(text, 0, named ? authority : 0).append(named ? replacement : "");
    shown.append(text, named ? user : 0, rest ? cut : text.length());
    return shown.append(rest ? replacement : "").toString();
  }
}
