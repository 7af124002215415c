package dev.hookbridge.mailbox;

/** A file that is no record; the message ends a sentence that began with the file's name. */
final class DamagedMail extends Exception {
  private static final long serialVersionUID = 1;

  DamagedMail(String message) {
    super(message);
  }

  DamagedMail(String message, Throwable cause) {
    super(message, cause);
  }
}
