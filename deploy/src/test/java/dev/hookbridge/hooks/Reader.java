package dev.hookbridge.hooks;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Looks into the slots all the time, as a libvirt that never rests, and runs what it finds. */
final class Reader implements AutoCloseable {
  private final AtomicInteger proved = new AtomicInteger();
  private final AtomicReference<Throwable> wrong = new AtomicReference<>();
  private final Thread thread;
  private volatile boolean end;

  Reader(Place place) {
    thread =
        new Thread(
            () -> {
              while (!end && wrong.get() == null) {
                try {
                  proved.addAndGet(place.prove());
                } catch (Exception e) {
                  wrong.set(e);
                }
              }
            },
            "reader");
    thread.start();
  }

  /** How many hooks it has run so far. */
  int proved() {
    if (wrong.get() != null) {
      throw new AssertionError("libvirt would have run this", wrong.get());
    }
    return proved.get();
  }

  @Override
  public void close() {
    end = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    proved();
  }
}
