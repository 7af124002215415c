package dev.hookbridge.observer;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;

/**
 * Observes the drivers of this host, each on a thread of its own. A host without libvirt has
 * nothing to observe, and nothing is said about it.
 *
 * <p>Thread-safe. No method waits for libvirt.
 */
public final class Observer implements AutoCloseable {
  private final List<Link> links = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();

  private Observer() {}

  /** Starts to observe. */
  public static Observer start(
      ObserverSettings settings, ObserverListener listener, MeterRegistry meters) {
    Observer observer = new Observer();
    if (settings.enabled()) {
      List<DriverUri> uris = settings.uris().isEmpty() ? DriverUri.all() : settings.uris();
      for (DriverUri uri : uris) {
        Link link = new Link(uri, settings, listener, new LinkMeters(meters, uri));
        Thread thread = new Thread(link, "observer-" + uri.driver());
        observer.links.add(link);
        observer.threads.add(thread);
        thread.start();
      }
    }
    return observer;
  }

  /**
   * Tries each driver once, from this process, and returns how it went. A driver that this host
   * does not have and need not have is left out. It lasts a few seconds at most for each driver.
   */
  public static List<LinkState> probe(ObserverSettings settings) {
    List<LinkState> states = new ArrayList<>();
    List<DriverUri> uris = settings.uris().isEmpty() ? DriverUri.all() : settings.uris();
    for (DriverUri uri : settings.enabled() ? uris : List.<DriverUri>of()) {
      Probe.of(uri, !settings.uris().isEmpty()).ifPresent(states::add);
    }
    return states;
  }

  /** Returns the names of all domain events, in the order of the documentation. */
  public static List<String> eventNames() {
    return EventKind.names();
  }

  /** Returns the names of the events that are reported only when asked for. */
  public static List<String> optionalEvents() {
    return EventKind.optionalNames();
  }

  /** Asks every driver for an inventory soon. */
  public void wantInventory() {
    links.forEach(Link::wantInventory);
  }

  /** Asks a driver for an inventory soon. */
  public void wantInventory(String driver) {
    for (Link link : links) {
      if (link.state().driver().equals(driver)) {
        link.wantInventory();
      }
    }
  }

  /** Returns the state of each driver that this host has, or must have. */
  public List<LinkState> states() {
    return links.stream().filter(Link::isKnown).map(Link::state).toList();
  }

  /** Stops all threads. */
  @Override
  public void close() {
    links.forEach(Link::stop);
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
