package dev.hookbridge.envelope;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An event of libvirt's own about a guest or a network, in the form for an event of the feed.
 *
 * @param of what it is about
 * @param name the last part of its type: {@code started}, {@code io-error}
 * @param time when libvirt's message arrived
 * @param details texts, longs and booleans by the name of their member, in their order; the texts
 *     are as libvirt sent them
 */
public record ObservedEvent(Subject of, String name, Instant time, Map<String, Object> details) {
  public ObservedEvent {
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
  }

  /**
   * A guest or a network.
   *
   * @param driver the driver as hooks name it; {@code network} for a network
   * @param uuid the UUID in lower case with dashes
   * @param name the name as libvirt sent it
   * @param id the number of the guest's run, negative if it does not run
   */
  public record Subject(String driver, String uuid, byte[] name, int id) {
    boolean isNetwork() {
      return driver.equals(Operations.NETWORK);
    }
  }
}
