package dev.hookbridge.api;

/**
 * A key of a sink's configuration.
 *
 * @param fallback the default as a user would write it, empty when there is none
 * @param required whether the key must be set
 * @param description one sentence for the documentation and {@code check}
 */
public record SettingKey(String name, String fallback, boolean required, String description) {

  /** Returns a key that must be set. */
  public static SettingKey required(String name, String description) {
    return new SettingKey(name, "", true, description);
  }

  /** Returns a key with a default. */
  public static SettingKey optional(String name, String fallback, String description) {
    return new SettingKey(name, fallback, false, description);
  }
}
