package dev.hookbridge.envelope.redaction;

/**
 * Finds what the value of an attribute or a text must not show. There are two kinds: a URL's user
 * information, which is taken out, and what begins with a sign of a secret, which is taken out up
 * to the end of the value. Nothing tells where such a secret ends: people write quotes, blanks and
 * slashes into passwords, unescaped.
 *
 * <p>Goes forward only and looks back a bounded way, since a text may be megabytes of half a sign,
 * and may come in pieces. For one value and one thread.
 */
public final class SecretText {
  /** No sign before the place that was looked at last is longer, but for what is held. */
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

  /** Where a URL's user information may begin, and its last {@code @} so far. */
  private int authority = NONE;

  private int user = NONE;

  /**
   * The first {@code ?} or {@code #} since a blank: an {@code =} makes it a query or a fragment.
   */
  private int mark = NONE;

  /** Behind the last {@code <}. */
  private int tag = NONE;

  /** From here on all is secret. */
  private int cut = NONE;

  public SecretText(Redaction redaction) {
    this.redaction = redaction;
  }

  /** The value without what is secret; the same object when there is nothing. */
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

  /** One slash alone means nothing, and paths are what values hold most. */
  private static boolean isPath(String value, int next) {
    return next == value.length() || "/\\".indexOf(value.charAt(next)) < 0;
  }

  /** Looks at what has come since the last time; the text must have kept what it had. */
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
          return; // what comes next tells
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

  /** Two slashes, escaped or not, at the begin of a word or behind a scheme. */
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

  /** The pseudo-protocol {@code json:} of QEMU. */
  private void json(CharSequence text) {
    int colon = before(text, at, " \t\r\n", MOST_BETWEEN) - 1;
    if (colon >= 4 && text.charAt(colon) == ':') {
      String scheme = text.subSequence(colon - 4, colon).toString();
      cut = scheme.equalsIgnoreCase("json") ? at : cut;
    }
  }

  /** What was begun by {@code <} and ends here may be a tag of XML that stands in this text. */
  private void tag(CharSequence text) {
    if (tag != NONE) {
      int begin = Math.max(tag, at - 2 * LONGEST_NAME);
      if (redaction.hidesTag(text.subSequence(begin, at).toString())) {
        cut = at;
      }
      tag = NONE;
    }
  }

  /** A name, and what tells that its value follows. */
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

  /** Seeds of cloud-init, keys of Ceph, and the attributes there are rules for. */
  private boolean isSetting(String name, boolean option) {
    return name.equalsIgnoreCase("ds")
        || (option && name.equalsIgnoreCase("key"))
        || redaction.hidesAttribute(name);
  }

  /** The place behind the last character before a place that is none of these. */
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

  /** Two slashes behind such a character are no begin of an address, but of a path or of base64. */
  private static boolean isInWord(char c) {
    return c == '+' || c == '/' || isName(c);
  }

  /** The text may lose what stands before this place: it is looked at and shown. */
  public int settled() {
    if (cut != NONE) {
      return authority == NONE ? cut : Math.min(cut, authority);
    }
    int settled = at - LOOK_BACK;
    settled = authority == NONE ? settled : Math.min(settled, authority);
    settled = mark == NONE ? settled : Math.min(settled, mark);
    return Math.max(0, settled);
  }

  /** The text lost so many characters at its begin, at most those that are settled. */
  public void lost(int chars) {
    at -= chars;
    authority = authority == NONE ? NONE : authority - chars;
    user = user == NONE ? NONE : user - chars;
    mark = mark == NONE ? NONE : mark - chars;
    tag = tag == NONE ? NONE : Math.max(0, tag - chars);
    cut = cut == NONE ? NONE : cut - chars;
  }

  /** What stood behind the cut was looked at and is gone. */
  public void forgot() {
    at = cut;
  }

  /** From here on nothing will be shown; or −1. */
  public int cut() {
    return cut;
  }

  /**
   * What may be shown of a text that was looked at.
   *
   * @param more whether something stood behind it that was not kept
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
