package dev.hookbridge.spool.sqlite;

/**
 * The spool could not do what was requested. Nothing of it was done, unless the method says
 * otherwise. The message is one sentence for an operator: what, where, and what to do.
 */
public final class SpoolException extends Exception {
  /** The kind of failure, by what a caller can do. */
  public enum Kind {
    /** Another agent holds the folder. */
    IN_USE,
    /** The file is not a spool. The person who put it there must move it. */
    FOREIGN,
    /** A newer version wrote the file. */
    NEWER,
    /** The disk is full and no room could be made. Try again. */
    FULL,
    /** The file is damaged. The next {@code Spool.open} sets it aside and begins a new one. */
    DAMAGED,
    /** Any other failure, such as an I/O error. Try again. */
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
