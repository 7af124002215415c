package dev.hookbridge.observer;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What the observer listens to.
 *
 * @param enabled whether it listens at all
 * @param uris the drivers that must be there; empty for those that this host has
 * @param include the events that are reported only when asked for
 * @param interval the time between two inventories
 */
public record ObserverSettings(
    boolean enabled, List<DriverUri> uris, Set<String> include, Duration interval) {
  public ObserverSettings {
    uris = List.copyOf(uris);
    include = Set.copyOf(include);
  }
}
