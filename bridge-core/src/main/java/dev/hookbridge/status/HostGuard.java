package dev.hookbridge.status;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Checks whether a request was meant for this host. A foreign page in an operator's browser can
 * make its own name resolve to this address (DNS rebinding) and would then read the status page as
 * its own content. The name in the request shows this: only this host uses an address, {@code
 * localhost} or the host's own names.
 */
final class HostGuard {
  private static final Pattern PORT = Pattern.compile(":\\d{0,5}$");
  private static final Pattern ADDRESS =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]+(%25[\\w.~-]+)?]");
  private final Set<String> names;

  /**
   * Creates a guard.
   *
   * @param names the names of this host that a request may use, in addition to {@code localhost}
   */
  HostGuard(Set<String> names) {
    this.names =
        names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  /**
   * Returns whether a request was meant for this host.
   *
   * @param host the header {@code Host}
   */
  boolean admits(@Nullable String host) {
    if (host == null) {
      return false;
    }
    String name = PORT.matcher(host.strip()).replaceFirst("").toLowerCase(Locale.ROOT);
    if (ADDRESS.matcher(name).matches()) {
      return true;
    }
    String bare = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    return bare.equals("localhost") || names.contains(bare);
  }
}
