package dev.hookbridge.observer;

import dev.hookbridge.observer.rpc.LibvirtConnection;
import dev.hookbridge.observer.rpc.LibvirtErrorException;
import dev.hookbridge.observer.rpc.XdrWriter;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers for the events of a driver. */
final class Registration {
  private static final Logger LOG = LoggerFactory.getLogger(Registration.class);
  private static final int DOMAIN_EVENT = 316;
  private static final int NETWORK_EVENT = 313;

  private Registration() {}

  /**
   * Registers for all events that are wanted and that the daemon has.
   *
   * @throws IOException if the daemon refuses lifecycle events, or the connection has ended
   */
  static void of(
      LibvirtConnection connection, DriverUri uri, Set<String> include, Duration patience)
      throws IOException {
    if (uri.isNetwork()) {
      connection.call(NETWORK_EVENT, new XdrWriter().number(0).number(0), patience);
      return;
    }
    for (EventKind kind : EventKind.wanted(include)) {
      try {
        connection.call(DOMAIN_EVENT, new XdrWriter().number(kind.id()).number(0), patience);
      } catch (LibvirtErrorException e) {
        if (kind.name() == null) {
          throw e; // without lifecycle events there is nothing to observe
        }
        LOG.debug("{} has no event {}: {}", uri, kind.name(), DaemonText.of(e));
      }
    }
  }
}
