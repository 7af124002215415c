package dev.hookbridge.observer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A driver of libvirt on this host.
 *
 * @param driver the driver as hooks name it: {@code qemu}, {@code lxc}, {@code libxl}, {@code
 *     network}
 * @param uri what libvirt calls it
 * @param socket the daemon's socket; null for libvirt's usual places
 */
public record DriverUri(String driver, String uri, @Nullable Path socket) {
  /** The driver of networks, which has no guests. */
  static final String NETWORK = "network";

  private static final Pattern URI =
      Pattern.compile("([a-z]+)(\\+unix)?:///system(\\?socket=(/[^?&#%]{1,100}))?");
  private static final Map<String, String> DRIVERS =
      Map.of("qemu", "qemu", "lxc", "lxc", "xen", "libxl", NETWORK, NETWORK);
  private static final Map<String, String> DAEMONS =
      Map.of("qemu", "virtqemud", "lxc", "virtlxcd", "libxl", "virtxend", NETWORK, "virtnetworkd");
  private static final Path SOCKETS = Path.of("/run/libvirt");

  /**
   * Parses a URI as libvirt writes it.
   *
   * @return empty if it is not a URI of a driver of this host that has hooks
   */
  public static Optional<DriverUri> parse(String text) {
    Matcher matcher = URI.matcher(text);
    if (!matcher.matches() || !DRIVERS.containsKey(matcher.group(1))) {
      return Optional.empty();
    }
    String socket = matcher.group(4);
    return Optional.of(
        new DriverUri(
            DRIVERS.getOrDefault(matcher.group(1), ""),
            matcher.group(1) + ":///system",
            socket == null ? null : Path.of(socket)));
  }

  /** Returns every driver that has hooks, in libvirt's usual places. */
  static List<DriverUri> all() {
    return List.of(
        new DriverUri("qemu", "qemu:///system", null),
        new DriverUri("lxc", "lxc:///system", null),
        new DriverUri("libxl", "xen:///system", null),
        new DriverUri(NETWORK, "network:///system", null));
  }

  /** Returns the socket to connect to: the driver's own daemon's, or libvirtd's. */
  Path path() {
    if (socket != null) {
      return socket;
    }
    Path own = SOCKETS.resolve(DAEMONS.get(driver) + "-sock-ro");
    return Files.exists(own) ? own : SOCKETS.resolve("libvirt-sock-ro");
  }

  boolean isNetwork() {
    return driver.equals(NETWORK);
  }

  @Override
  public String toString() {
    return uri;
  }
}
