package dev.hookbridge.api;

/** A broker could not be reached or used. The message says what, where and what to do. */
public final class SinkException extends Exception {
  private static final long serialVersionUID = 1;
  private final Reason reason;

  public SinkException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public SinkException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /**
   * Returns an exception for settings that cannot be used for now, for instance because a file that
   * they name is missing.
   */
  public static SinkException of(IllegalArgumentException e) {
    return new SinkException(Reason.CONFIGURATION, String.valueOf(e.getMessage()), e);
  }

  public Reason reason() {
    return reason;
  }
}
