package dev.hookbridge.record;

/**
 * Bytes that are no record; the message ends a sentence that began with what they were taken from.
 */
public final class MalformedRecordException extends Exception {
  private static final long serialVersionUID = 1;

  public MalformedRecordException(String message) {
    super(message);
  }

  public MalformedRecordException(String message, Throwable cause) {
    super(message, cause);
  }
}
