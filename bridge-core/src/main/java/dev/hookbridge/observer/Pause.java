package dev.hookbridge.observer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;

/**
 * Decides when a driver is tried again. A daemon that was there is looked for four times a second,
 * also one that does not answer, since each attempt waits long for it. One that misbehaves is tried
 * less often each time. A daemon that does not serve a driver is left alone until its socket is a
 * new one, or an hour has passed, because each attempt is an error in its log. For one thread.
 */
final class Pause {
  private static final Duration FIRST = Duration.ZERO;
  private static final Duration SHORT = Duration.ofMillis(250);
  private static final Duration CALM = Duration.ofSeconds(1);
  private static final Duration MOST = Duration.ofSeconds(60);
  private static final long HOUR = Duration.ofHours(1).toNanos();

  private final boolean expected;
  private Duration next = FIRST;
  private boolean known;
  private int failures;
  private String refusing = "";
  private long refusedAt;

  /**
   * Creates a pause.
   *
   * @param expected whether the driver must be there
   */
  Pause(boolean expected) {
    this.expected = expected;
  }

  /** Returns how long to wait before the next attempt. */
  Duration next() {
    Duration wait = next;
    next = known ? SHORT : CALM;
    return wait;
  }

  /** Returns whether an attempt can succeed. */
  boolean isWorthwhile(Path socket) {
    String now = identity(socket);
    boolean refused = now.equals(refusing) && System.nanoTime() - refusedAt < HOUR;
    return expected || (!now.isEmpty() && !refused);
  }

  void connected() {
    known = true;
    failures = 0;
    refusing = "";
  }

  /** Reports a daemon that refuses, or does not answer as libvirt does. */
  void failed() {
    failures++;
    long millis = CALM.toMillis() << Math.min(failures - 1, 6);
    next = Duration.ofMillis(Math.min(millis, MOST.toMillis()));
  }

  /**
   * Reports a daemon that refuses the driver.
   *
   * @param absent whether it does not have the driver
   */
  void refused(Path socket, boolean absent) {
    failed();
    if (absent && !expected) {
      refusing = identity(socket);
      refusedAt = System.nanoTime();
    }
  }

  /** Returns what changes when a daemon makes its socket anew; empty if there is none. */
  private static String identity(Path socket) {
    try {
      BasicFileAttributes file = Files.readAttributes(socket, BasicFileAttributes.class);
      return file.fileKey() + " " + file.creationTime();
    } catch (IOException e) {
      return "";
    }
  }
}
