package dev.hookbridge.hooks;

/** Why nothing was put in place or removed: what, where, and what to do, in one sentence. */
public final class HooksException extends Exception {
  private static final long serialVersionUID = 1;

  HooksException(String sentence) {
    super(sentence);
  }

  HooksException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
