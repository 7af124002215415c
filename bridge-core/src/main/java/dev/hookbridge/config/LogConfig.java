package dev.hookbridge.config;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.log.Log;
import java.util.List;
import java.util.Map;
import org.slf4j.event.Level;

/**
 * The settings of the log.
 *
 * @param level the lowest level to log
 * @param format the format of a line
 */
public record LogConfig(Level level, Log.Format format) {
  /** The keys of {@code log}. */
  public static final List<SettingKey> KEYS =
      List.of(
          SettingKey.optional("level", "info", "The least level: error, warn, info or debug."),
          SettingKey.optional("format", "text", "text, or json for one JSON object a line."));

  static LogConfig of(Map<String, Object> values) throws ConfigException {
    UnknownKeyCheck.check("log", values.keySet(), KEYS.stream().map(SettingKey::name).toList());
    Settings settings = new Settings("log", values);
    return new LogConfig(
        settings.choice("level", Level.INFO), settings.choice("format", Log.Format.TEXT));
  }
}
