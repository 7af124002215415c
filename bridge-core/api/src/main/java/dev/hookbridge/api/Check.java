package dev.hookbridge.api;

/**
 * One line of {@code hookbridge check}.
 *
 * @param what the checked object, for instance {@code topic libvirt.hooks}
 * @param message the result and, unless the level is {@link Level#OK}, what to do
 */
public record Check(Level level, String what, String message) {
  /** The severity. {@link #FAILURE} makes the command exit with 1. */
  public enum Level {
    OK,
    WARNING,
    FAILURE
  }

  /** Returns a line of level {@link Level#OK}. */
  public static Check ok(String what, String message) {
    return new Check(Level.OK, what, message);
  }

  /** Returns a line of level {@link Level#WARNING}. */
  public static Check warning(String what, String message) {
    return new Check(Level.WARNING, what, message);
  }

  /** Returns a line of level {@link Level#FAILURE}. */
  public static Check failure(String what, String message) {
    return new Check(Level.FAILURE, what, message);
  }
}
