package dev.hookbridge.config;

/**
 * Thrown when the configuration cannot be used. The message is one sentence with the problem, the
 * place and the remedy.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1;

  public ConfigException(String message) {
    super(message);
  }

  public ConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
