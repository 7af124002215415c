package dev.hookbridge.api;

/**
 * One line of {@code hookbridge check}.
 *
 * @param what what was looked at, for instance {@code topic libvirt.hooks}
 * @param message what was found and, unless all is well, what to do
 */
public record Check(Level level, String what, String message) {
  /** How serious it is; {@link #FAILURE} makes the command end with 1. */
  public enum Level {
    OK,
    WARNING,
    FAILURE
  }

  public static Check ok(String what, String message) {
    return new Check(Level.OK, what, message);
  }

  public static Check warning(String what, String message) {
    return new Check(Level.WARNING, what, message);
  }

  public static Check failure(String what, String message) {
    return new Check(Level.FAILURE, what, message);
  }
}
