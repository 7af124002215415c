package dev.hookbridge.observer;

import dev.hookbridge.envelope.GuestList;
import dev.hookbridge.envelope.ObservedEvent;
import dev.hookbridge.envelope.ObservedEvent.Subject;
import java.util.HashMap;
import java.util.Map;

/**
 * The states of the guests of a driver, for the metrics, and the numbers of their runs. An
 * inventory sets them, and events change them until the next one. Thread-safe.
 */
final class GuestStates {
  /** Far more than a driver can list. */
  private static final int MOST = 65_536;

  private static final String OFF = "shutoff";
  private static final Known NONE = new Known(OFF, false, -1);

  private record Known(String state, boolean persistent, int id) {}

  private final Map<String, Known> guests = new HashMap<>();

  synchronized void set(GuestList list) {
    guests.clear();
    for (GuestList.Guest guest : list.guests()) {
      Subject subject = guest.subject();
      guests.put(subject.uuid(), new Known(guest.state(), guest.persistent(), subject.id()));
    }
  }

  /**
   * Applies an event, and returns it with the number of the guest's run. libvirt has forgotten the
   * number when it reports the end of a run.
   */
  synchronized ObservedEvent apply(ObservedEvent event) {
    Subject subject = event.of();
    Known known = guests.getOrDefault(subject.uuid(), NONE);
    int id = subject.id();
    boolean kept = known.persistent();
    switch (event.name()) {
      case "defined" -> put(subject, new Known(known.state(), true, known.id()));
      case "undefined" -> put(subject, new Known(known.state(), false, known.id()));
      case "started", "resumed" -> put(subject, new Known("running", kept, id));
      case "suspended" -> put(subject, new Known("paused", kept, id));
      case "pmsuspended" -> put(subject, new Known("pmsuspended", kept, id));
      case "stopped" -> put(subject, new Known(OFF, kept, -1));
      default -> {}
    }
    return id < 0 && known.id() >= 0 ? with(event, known.id()) : event;
  }

  private static ObservedEvent with(ObservedEvent event, int id) {
    Subject of = event.of();
    Subject numbered = new Subject(of.driver(), of.uuid(), of.name(), id);
    return new ObservedEvent(numbered, event.name(), event.time(), event.details());
  }

  private void put(Subject subject, Known known) {
    if (known.state().equals(OFF) && !known.persistent()) {
      guests.remove(subject.uuid());
    } else if (guests.size() < MOST || guests.containsKey(subject.uuid())) {
      guests.put(subject.uuid(), known);
    }
  }

  /** Returns how many guests have this state. */
  synchronized long count(String state) {
    return guests.values().stream().filter(known -> known.state().equals(state)).count();
  }

  /** Returns the number of guests. */
  synchronized long count() {
    return guests.size();
  }
}
