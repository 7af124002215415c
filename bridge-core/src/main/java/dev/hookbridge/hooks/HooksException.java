package dev.hookbridge.hooks;

/**
 * Reports why the hook could not be installed or removed. The message is one sentence: what, where,
 * and what to do.
 */
public final class HooksException extends Exception {
  private static final long serialVersionUID = 1;

  HooksException(String sentence) {
    super(sentence);
  }

  HooksException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
