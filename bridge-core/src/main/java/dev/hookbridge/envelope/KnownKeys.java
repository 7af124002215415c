package dev.hookbridge.envelope;

import org.jspecify.annotations.Nullable;

/** Remembers which key the events of a guest or network had last. Safe between threads. */
public interface KnownKeys {
  /** Knows nothing. */
  KnownKeys NONE = (driver, subject) -> null;

  /**
   * The partition key of the last event of an object, or null when none is known.
   *
   * @param driver libvirt's word
   * @param subject the object's name as the attribute {@code subject} has it
   */
  @Nullable String of(String driver, String subject);
}
