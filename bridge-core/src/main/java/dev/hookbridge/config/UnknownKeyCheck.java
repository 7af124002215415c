package dev.hookbridge.config;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import java.util.List;
import java.util.Map;

/** Rejects unknown keys. Otherwise a misspelt key would silently leave the default in effect. */
final class UnknownKeyCheck {
  private UnknownKeyCheck() {}

  /** Returns the settings of a section that has only keys of the list. */
  static Settings settings(String path, Map<String, Object> values, List<SettingKey<?>> keys)
      throws ConfigException {
    List<String> known = keys.stream().map(SettingKey::name).toList();
    for (String key : values.keySet()) {
      if (!known.contains(key)) {
        String where = path.isEmpty() ? key : path + "." + key;
        String advice =
            DidYouMean.to(key, known)
                .map(word -> "did you mean " + word + "?")
                .orElse("the keys are " + String.join(", ", known));
        throw new ConfigException(where + " is not a key: " + advice);
      }
    }
    return new Settings(path, values);
  }
}
