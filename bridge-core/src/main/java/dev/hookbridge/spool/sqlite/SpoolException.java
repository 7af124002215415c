package dev.hookbridge.spool.sqlite;

/**
 * The spool could not do what was asked; nothing of it was done, unless the method says otherwise.
 * The message is one sentence for an operator: what, where, what to do.
 */
public final class SpoolException extends Exception {
  /** What a caller can do about it. */
  public enum Kind {
    /** Another agent has the folder. */
    IN_USE,
    /** The file is not a spool: whoever put it there should move it. */
    FOREIGN,
    /** A newer version wrote it. */
    NEWER,
    /** The disk is full and no room could be made: to be tried again. */
    FULL,
    /** The file is damaged; the next {@code Spool.open} sets it aside and begins a new one. */
    DAMAGED,
    /** Anything else, such as an input or output error: to be tried again. */
    FAILED
  }

  private final Kind kind;

  public SpoolException(Kind kind, String message) {
    super(message);
    this.kind = kind;
  }

  public SpoolException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public Kind kind() {
    return kind;
  }
}
