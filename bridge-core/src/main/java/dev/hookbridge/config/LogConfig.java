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
  private static final SettingKey<Level> LEVEL =
      SettingKey.choice("level", Level.INFO, "The lowest level to log.");
  private static final SettingKey<Log.Format> FORMAT =
      SettingKey.choice("format", Log.Format.TEXT, "json is one JSON object a line.");

  /** The keys of {@code log}. */
  public static final List<SettingKey<?>> KEYS = List.of(LEVEL, FORMAT);

  static LogConfig of(Map<String, Object> values) throws ConfigException {
    Settings settings = UnknownKeyCheck.settings("log", values, KEYS);
    return new LogConfig(settings.get(LEVEL), settings.get(FORMAT));
  }
}
