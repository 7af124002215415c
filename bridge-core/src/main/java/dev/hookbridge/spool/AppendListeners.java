package dev.hookbridge.spool;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Those who want to know that there is something to read. Safe between threads. */
final class AppendListeners {
  private final List<Runnable> wakes = new CopyOnWriteArrayList<>();

  void add(Runnable wake) {
    wakes.add(wake);
  }

  void ring() {
    wakes.forEach(Runnable::run);
  }
}
