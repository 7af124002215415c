package dev.hookbridge.observer;

import dev.hookbridge.envelope.GuestList;
import dev.hookbridge.envelope.ObservedEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * The meters of one driver. They appear with its first connection, so a host without the driver has
 * none. {@code docs/metrics.md} describes them.
 */
final class LinkMeters {
  private static final double SECOND = 1e9;

  private final MeterRegistry registry;
  private final DriverUri uri;
  private final GuestStates guests = new GuestStates();
  private boolean registered;
  private long lostAt;
  private double gaps;
  private boolean connected;

  LinkMeters(MeterRegistry registry, DriverUri uri) {
    this.registry = registry;
    this.uri = uri;
  }

  /** Registers the meters of a driver that must be there, before its first connection. */
  synchronized void expect() {
    if (registered) {
      return;
    }
    registered = true;
    lostAt = System.nanoTime();
    Gauge.builder("hookbridge.observer.connected", this, meters -> meters.connected() ? 1 : 0)
        .description("Whether the agent hears what libvirt reports")
        .tag("driver", uri.driver())
        .register(registry);
    FunctionCounter.builder("hookbridge.observer.gap.seconds", this, LinkMeters::gapSeconds)
        .description("Seconds in which the agent did not hear what libvirt reports")
        .tag("driver", uri.driver())
        .register(registry);
    if (!uri.isNetwork()) {
      for (String state : Words.STATES) {
        Gauge.builder("hookbridge.guests", guests, states -> states.count(state))
            .description("Guests that libvirt has, by their state")
            .tag("driver", uri.driver())
            .tag("state", state)
            .register(registry);
      }
      EventKind.names().forEach(this::events); // a rate needs a zero before the first event
    }
  }

  private Counter events(String name) {
    return Counter.builder("hookbridge.domain.events")
        .description("Events of guests that libvirt reported")
        .tag("event", name)
        .register(registry);
  }

  synchronized boolean isRegistered() {
    return registered;
  }

  synchronized void connected(boolean now) {
    expect();
    if (now != connected) {
      if (now) {
        gaps += (System.nanoTime() - lostAt) / SECOND;
      } else {
        lostAt = System.nanoTime();
      }
      connected = now;
    }
  }

  synchronized boolean connected() {
    return connected;
  }

  private synchronized double gapSeconds() {
    return connected ? gaps : gaps + (System.nanoTime() - lostAt) / SECOND;
  }

  /** Counts an event, and returns it with the number of the guest's run. */
  ObservedEvent heard(ObservedEvent event) {
    if (uri.isNetwork()) {
      return event;
    }
    events(event.name()).increment();
    return guests.apply(event);
  }

  void listed(GuestList list) {
    guests.set(list);
  }

  long guests() {
    return guests.count();
  }
}
