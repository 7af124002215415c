package dev.hookbridge.api;

/**
 * A key of a sink's configuration.
 *
 * @param fallback the default as it would be written, empty when there is none
 * @param required whether the key must be given
 * @param description one sentence for the documentation and {@code check}
 */
public record SettingKey(String name, String fallback, boolean required, String description) {

  public static SettingKey required(String name, String description) {
    return new SettingKey(name, "", true, description);
  }

  public static SettingKey optional(String name, String fallback, String description) {
    return new SettingKey(name, fallback, false, description);
  }
}
