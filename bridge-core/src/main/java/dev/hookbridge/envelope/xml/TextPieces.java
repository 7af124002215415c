package dev.hookbridge.envelope.xml;

import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.envelope.redaction.SecretText;
import org.jspecify.annotations.Nullable;

/**
 * Collects the text between two tags. The text arrives in pieces and is checked as a whole, so no
 * secret can hide across the edge of two pieces. A long text is written in parts: a part is written
 * when it cannot be the beginning of a secret.
 */
final class TextPieces {
  private static final int LONG = 64 << 10;

  private final Redaction redaction;
  private final StringBuilder text = new StringBuilder();

  /** Checks a long text. */
  private @Nullable SecretText secrets;

  /** The beginning of a long text. A summary shows only this. */
  private @Nullable String beginning;

  /** Whether text was dropped after the position from which on everything is hidden. */
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

  /** Writes the settled part of the text. It never splits a character. */
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

  /** Drops the text that will not be shown, to save memory. */
  private void forget(SecretText looking) {
    int cut = looking.cut();
    if (cut >= 0 && cut < text.length()) {
      more |= !text.substring(cut).isBlank();
      text.setLength(cut);
      looking.forgot();
    }
  }

  /** Returns the part that is not written yet. */
  String rest() {
    return text.isEmpty() ? "" : text.toString();
  }

  /**
   * Returns the rest without its secrets.
   *
   * @param rest the rest, as {@link #rest} returned it
   */
  String shown(String rest) {
    if (secrets == null) {
      return SecretText.hidden(redaction, rest, Redaction.REDACTED);
    }
    secrets.look(rest);
    return secrets.hidden(rest, Redaction.REDACTED, more);
  }

  /** Ends the text. Returns the text for the summary. */
  String end(String shown) {
    String all = beginning == null ? shown : beginning;
    text.setLength(0);
    secrets = null;
    beginning = null;
    more = false;
    return all;
  }
}
