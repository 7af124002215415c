package dev.hookbridge.spool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The callbacks to run after an append that stored an event. Thread-safe. */
final class AppendListeners {
  private final List<Runnable> wakes = new CopyOnWriteArrayList<>();

  void add(Runnable wake) {
    wakes.add(wake);
  }

  void ring() {
    wakes.forEach(Runnable::run);
  }
}
