package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.observer.LinkState;
import dev.hookbridge.observer.Observer;
import dev.hookbridge.observer.ObserverSettings;
import java.util.ArrayList;
import java.util.List;

/** Checks, as the agent's user, whether libvirt's read-only sockets answer. */
final class DoctorObserver {
  private static final String WHAT = "libvirt events";

  private DoctorObserver() {}

  static List<Check> of(ObserverSettings settings) {
    if (!settings.enabled()) {
      return List.of(Check.ok(WHAT, "the observer is off in the configuration"));
    }
    List<Check> checks = new ArrayList<>();
    for (LinkState state : Observer.probe(settings)) {
      checks.add(
          state.connected()
              ? Check.ok(WHAT, state.uri() + " answers")
              : Check.failure(
                  WHAT,
                  state.uri()
                      + " cannot be observed ("
                      + state.problem()
                      + "): start the daemon, let polkit allow this user to monitor it, or set"
                      + " observer.uris to what this host has"));
    }
    return checks.isEmpty()
        ? List.of(Check.ok(WHAT, "this host has no read-only socket of libvirt to listen to"))
        : checks;
  }
}
