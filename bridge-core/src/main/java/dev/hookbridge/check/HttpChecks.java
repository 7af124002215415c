package dev.hookbridge.check;

import dev.hookbridge.api.Check;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.spool.SpoolView;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Checks whether the agent can listen on the metrics address, or already does. */
final class HttpChecks {
  private static final String ADVICE = "write another address:port under 'http', or off";

  private HttpChecks() {}

  /** Returns the finding, or nothing when the HTTP server is off. */
  static List<Check> of(Config config, HostPaths places) {
    return config
        .http()
        .map(http -> List.of(of(http, agent(places), new PortHolder(Path.of("/proc")))))
        .orElse(List.of());
  }

  /**
   * Checks one address.
   *
   * @param agent the process ID of the running agent, if one runs
   */
  static Check of(Endpoint http, OptionalLong agent, PortHolder holders) {
    InetSocketAddress address = http.address();
    String what = "http " + address.getHostString() + ":" + address.getPort();
    if (address.isUnresolved()) {
      return Check.failure(
          what, "the name " + address.getHostString() + " cannot be resolved: " + ADVICE);
    }
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as the server does; it may follow one that just ended
      socket.bind(address);
      return Check.ok(what, "is free");
    } catch (BindException e) {
      return busy(what, address, agent, holders, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return Check.failure(what, "cannot be listened on (" + e.getMessage() + "): " + ADVICE);
    }
  }

  private static Check busy(
      String what,
      InetSocketAddress address,
      OptionalLong agent,
      PortHolder holders,
      String reason) {
    if (reason.startsWith("Permission denied")) {
      return Check.failure(what, "ports below 1024 are root's: " + ADVICE);
    }
    if (reason.startsWith("Cannot assign")) {
      return Check.failure(what, "is not an address of this host: " + ADVICE);
    }
    Optional<PortHolder.Holder> holder = holders.of(address);
    if (holder.isPresent() && agent.isPresent() && holder.get().pid() == agent.getAsLong()) {
      return Check.ok(what, "the running agent listens there, process " + agent.getAsLong());
    }
    if (holder.isEmpty() && agent.isPresent()) {
      return Check.warning(
          what,
          "somebody listens there, and this user may not see who: the running agent, process "
              + agent.getAsLong()
              + ", unless its log says otherwise");
    }
    String who = holder.map(PortHolder.Holder::toString).orElse("another program");
    return Check.failure(
        what, "is taken by " + who + ", so the agent cannot start: stop it, or " + ADVICE);
  }

  private static OptionalLong agent(HostPaths places) {
    try {
      return SpoolView.holder(places.spool());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }
}
