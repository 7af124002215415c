package dev.hookbridge.envelope;

import java.util.List;

/**
 * The guests of a driver, as libvirt listed them.
 *
 * @param driver the driver as hooks name it
 * @param complete whether it has every guest of the driver
 */
public record GuestList(String driver, boolean complete, List<Guest> guests) {
  public GuestList {
    guests = List.copyOf(guests);
  }

  /**
   * A guest.
   *
   * @param state libvirt's word for the state: {@code running}, {@code shutoff}
   * @param reason libvirt's word for the reason of the state: {@code booted}, {@code destroyed}
   */
  public record Guest(
      ObservedEvent.Subject subject,
      String state,
      String reason,
      boolean persistent,
      boolean autostart) {}
}
