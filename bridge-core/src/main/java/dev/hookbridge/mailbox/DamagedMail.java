package dev.hookbridge.mailbox;

/**
 * Bytes that are no record; the message ends a sentence that began with what they were taken from.
 */
public final class DamagedMail extends Exception {
  private static final long serialVersionUID = 1;

  DamagedMail(String message) {
    super(message);
  }

  DamagedMail(String message, Throwable cause) {
    super(message, cause);
  }
}
