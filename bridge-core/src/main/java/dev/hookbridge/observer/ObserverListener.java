package dev.hookbridge.observer;

import dev.hookbridge.envelope.GuestList;
import dev.hookbridge.envelope.ObservedEvent;
import java.time.Instant;

/**
 * Receives what the observer hears. For one driver the calls come on one thread, in the order in
 * which they are true. No method may wait or throw an exception.
 */
public interface ObserverListener {
  /** Reports an event. */
  void event(ObservedEvent event);

  /** Reports the guests of a driver. The list includes what earlier events reported. */
  void inventory(GuestList list);

  /**
   * Reports that events of a driver were not heard from one time to another.
   *
   * @param reason one word: {@code closed}, {@code silent}, {@code malformed}, {@code refused},
   *     {@code too-large}
   */
  void gap(String driver, Instant from, Instant to, String reason);
}
