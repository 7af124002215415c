package dev.hookbridge.config;

import java.util.Collection;

/** Rejects unknown keys. Otherwise a misspelt key would silently leave the default in effect. */
final class UnknownKeyCheck {
  private UnknownKeyCheck() {}

  static void check(String path, Collection<String> written, Collection<String> known)
      throws ConfigException {
    for (String key : written) {
      if (!known.contains(key)) {
        String where = path.isEmpty() ? key : path + "." + key;
        String advice =
            DidYouMean.to(key, known)
                .map(word -> "did you mean " + word + "?")
                .orElse("the keys are " + String.join(", ", known));
        throw new ConfigException(where + " is not a key: " + advice);
      }
    }
  }
}
