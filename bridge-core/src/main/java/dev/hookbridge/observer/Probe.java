package dev.hookbridge.observer;

import dev.hookbridge.observer.rpc.LibvirtConnection;
import dev.hookbridge.observer.rpc.LibvirtErrorException;
import dev.hookbridge.observer.rpc.XdrReader;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;

/** Connects to a driver once, to see whether the observer can. */
final class Probe implements LibvirtConnection.Events {
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private Probe() {}

  /**
   * Returns how it went.
   *
   * @param expected whether the driver must be there
   * @return empty if the driver is not there and need not be
   */
  static Optional<LinkState> of(DriverUri uri, boolean expected) {
    if (!expected && !Files.exists(uri.path())) {
      return Optional.empty();
    }
    try (LibvirtConnection connection = LibvirtConnection.connect(uri.path(), new Probe())) {
      connection.open(uri.uri(), PATIENCE);
      return Optional.of(new LinkState(uri.driver(), uri.uri(), true, 0, ""));
    } catch (LibvirtErrorException e) {
      boolean absent = e.code() == LibvirtErrorException.NO_CONNECT && !expected;
      return absent ? Optional.empty() : Optional.of(failed(uri, e));
    } catch (IOException e) {
      return Optional.of(failed(uri, e));
    }
  }

  private static LinkState failed(DriverUri uri, IOException e) {
    String problem = uri.path() + ": " + DaemonText.of(e);
    return new LinkState(uri.driver(), uri.uri(), false, 0, problem);
  }

  @Override
  public void event(int procedure, XdrReader body) {
    // nothing is asked for
  }

  @Override
  public void skipped(int procedure) {
    // nothing is asked for
  }
}
