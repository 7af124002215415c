package dev.hookbridge.status;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request was meant for this host. A page of somebody else's, open in an operator's
 * browser, can have its own name resolve to this address (DNS rebinding), and would then read what
 * is served here as its own. The name it was asked by gives that away: an address, {@code
 * localhost} and the host's own names are nobody else's.
 */
final class HostGuard {
  private static final Pattern PORT = Pattern.compile(":\\d{0,5}$");
  private static final Pattern ADDRESS =
      Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|\\[[0-9A-Fa-f:.]+(%25[\\w.~-]+)?]");
  private final Set<String> names;

  /**
   * @param names by which this host may be asked, besides {@code localhost}
   */
  HostGuard(Set<String> names) {
    this.names =
        names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  /**
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
