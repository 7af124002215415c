package dev.hookbridge.config;

/** The configuration cannot be used; the message is one sentence: what, where, what to do. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1;

  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
