package dev.hookbridge.envelope.xml;

import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.envelope.redaction.SecretText;
import org.jspecify.annotations.Nullable;

/**
 * The text between two tags. It arrives in pieces and is looked at whole, so that nothing hides
 * across their edges; but for a long one, of which that much goes out as can be no secret's begin.
 */
final class TextPieces {
  private static final int LONG = 64 << 10;

  private final Redaction redaction;
  private final StringBuilder text = new StringBuilder();

  /** Looks at a long text. */
  private @Nullable SecretText secrets;

  /** The beginning of a long text, which is all that a summary shows. */
  private @Nullable String beginning;

  /** Something was left out behind the place from which on all is hidden. */
  private boolean more;

  TextPieces(Redaction redaction) {
    this.redaction = redaction;
  }

  void add(char[] chars, int from, int length, XmlWriter out) {
    text.append(chars, from, length);
    if (text.length() > LONG) {
      SecretText looking = secrets == null ? new SecretText(redaction) : secrets;
      secrets = looking;
      looking.look(text);
      goOut(looking, out);
      forget(looking);
    }
  }

  /** Never half a character. */
  private void goOut(SecretText looking, XmlWriter out) {
    int end = looking.settled();
    end -= end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? 1 : 0;
    if (end > 0) {
      String piece = text.substring(0, end);
      out.text(piece);
      text.delete(0, end);
      looking.lost(end);
      beginning = beginning == null ? piece : beginning;
    }
  }

  /** What will not be shown needs no memory. */
  private void forget(SecretText looking) {
    int cut = looking.cut();
    if (cut >= 0 && cut < text.length()) {
      more |= !text.substring(cut).isBlank();
      text.setLength(cut);
      looking.forgot();
    }
  }

  /** What has not gone out. */
  String rest() {
    return text.isEmpty() ? "" : text.toString();
  }

  /**
   * What of the rest may be shown.
   *
   * @param rest as it was given
   */
  String shown(String rest) {
    if (secrets == null) {
      return SecretText.hidden(redaction, rest, Redaction.REDACTED);
    }
    secrets.look(rest);
    return secrets.hidden(rest, Redaction.REDACTED, more);
  }

  /** The text is over; gives what a summary is made of. */
  String end(String shown) {
    String all = beginning == null ? shown : beginning;
    text.setLength(0);
    secrets = null;
    beginning = null;
    more = false;
    return all;
  }
}
