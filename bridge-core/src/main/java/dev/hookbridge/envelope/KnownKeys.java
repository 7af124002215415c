package dev.hookbridge.envelope;

import org.jspecify.annotations.Nullable;

/** Remembers the last partition key of each guest or network. Thread-safe. */
public interface KnownKeys {
  /** An instance that knows no keys. */
  KnownKeys NONE = (driver, subject) -> null;

  /**
   * Returns the partition key of an object's last event, or null if none is known.
   *
   * @param driver libvirt's word for the driver
   * @param subject the object's name as in the attribute {@code subject}
   */
  @Nullable String of(String driver, String subject);
}
