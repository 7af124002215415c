package dev.hookbridge.record;

/**
 * The bytes are not a valid record. The message is the end of a sentence that begins with the
 * source of the bytes.
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
