package dev.hookbridge.testing;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;

/** Reads settings by the name of the key, for tests that do not see the transport's keys. */
public final class TestSettings {
  private TestSettings() {}

  /** Returns the text of a key that is set. */
  public static String text(Settings settings, String key) {
    return settings.get(SettingKey.required(key, ""));
  }
}
