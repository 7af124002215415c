package dev.hookbridge.config;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.observer.DriverUri;
import dev.hookbridge.observer.Observer;
import dev.hookbridge.observer.ObserverSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads {@code observer}: whether and how the agent listens to libvirt. */
public final class ObserverConfig {
  private static final SettingKey<Boolean> ENABLED =
      SettingKey.flag("enabled", true, "Whether the agent listens to libvirt.");
  private static final SettingKey<List<String>> URIS =
      SettingKey.list("uris", "those of the host", "The drivers to listen to, as qemu:///system.");
  private static final SettingKey<List<String>> INCLUDE =
      SettingKey.list("include", "", "Events that are sent only when they are listed here.");
  private static final SettingKey<Duration> INVENTORY_INTERVAL =
      SettingKey.duration(
          "inventory-interval",
          "10m",
          Duration.ofSeconds(10),
          Duration.ofHours(24),
          "The time between two inventories.");

  /** The keys of {@code observer}. */
  public static final List<SettingKey<?>> KEYS =
      List.of(ENABLED, URIS, INCLUDE, INVENTORY_INTERVAL);

  private ObserverConfig() {}

  /**
   * Returns the settings. In a trial directory the agent listens only when the section exists: the
   * guests of the host belong to its own agent.
   */
  static ObserverSettings of(Map<String, Object> values, boolean trial) throws ConfigException {
    Settings settings = UnknownKeyCheck.settings("observer", values, KEYS);
    boolean enabled = settings.get(ENABLED) && !(trial && values.isEmpty());
    return new ObserverSettings(
        enabled, uris(settings), include(settings), settings.get(INVENTORY_INTERVAL));
  }

  private static List<DriverUri> uris(Settings settings) {
    List<DriverUri> uris = new ArrayList<>();
    Set<String> drivers = new HashSet<>();
    for (String text : settings.has(URIS) ? settings.get(URIS) : List.<String>of()) {
      DriverUri uri =
          DriverUri.parse(text)
              .orElseThrow(
                  () ->
                      settings.wrong(
                          URIS,
                          "has '" + text + "', no driver of this host that has hooks",
                          "write qemu:///system, lxc:///system, xen:///system or"
                              + " network:///system"));
      if (!drivers.add(uri.driver())) {
        throw settings.wrong(URIS, "names " + uri.uri() + " twice", "remove one");
      }
      uris.add(uri);
    }
    return uris;
  }

  private static Set<String> include(Settings settings) {
    List<String> known = Observer.optionalEvents();
    List<String> names = settings.get(INCLUDE);
    for (String name : names) {
      if (!known.contains(name)) {
        throw settings.wrong(
            INCLUDE,
            "has '" + name + "'",
            "write any of " + String.join(", ", known) + "; the others are always sent");
      }
    }
    return Set.copyOf(names);
  }
}
