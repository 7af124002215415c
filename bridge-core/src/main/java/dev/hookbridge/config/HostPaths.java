package dev.hookbridge.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where everything lies. {@code HOOKBRIDGE_DATA_DIR} names one folder that holds all; without it
 * everybody has the system's folders on a host with an installation, and who may not use them is
 * told so. On a host without one, who is not root has a folder of his own.
 *
 * @param data holds {@code mail/}, {@code spool/} and {@code gates.d/}
 * @param etc holds {@code shim.conf} and {@code hookbridge.yaml}
 * @param run holds the shim's record of losses
 * @param trial one folder holds all: for a trial or a test
 */
public record HostPaths(Path data, Path etc, Path run, boolean trial) {
  /** The environment variable that names a trial folder. */
  public static final String VARIABLE = "HOOKBRIDGE_DATA_DIR";

  private static final String SYSTEM_DATA = "var/lib/hookbridge";
  private static final String SYSTEM_ETC = "etc/hookbridge";
  private static final String SYSTEM_RUN = "run/hookbridge";

  /** What the environment, the user and the host say; nothing is made. */
  public static HostPaths resolve(Map<String, String> environment) {
    return resolve(environment, Path.of("/"));
  }

  /**
   * @param root where the system's folders are looked for
   */
  static HostPaths resolve(Map<String, String> environment, Path root) {
    String named = environment.get(VARIABLE);
    if (named != null && !named.isEmpty()) {
      return trial(Path.of(named).toAbsolutePath());
    }
    String user = environment.getOrDefault("USER", System.getProperty("user.name", ""));
    Path system = systemData(root);
    if (user.equals("root") || user.equals("hookbridge") || installed(system)) {
      return new HostPaths(system, root.resolve(SYSTEM_ETC), root.resolve(SYSTEM_RUN), false);
    }
    String home = environment.getOrDefault("HOME", System.getProperty("user.home", "/"));
    String share = environment.getOrDefault("XDG_DATA_HOME", "");
    Path base = share.isEmpty() ? Path.of(home, ".local", "share") : Path.of(share);
    return trial(base.resolve("hookbridge"));
  }

  /** Root made it, whose hooks write there. */
  private static boolean installed(Path system) {
    return Files.isDirectory(system.resolve("mail"));
  }

  /** The installation of this host, beside which these places are a trial's. */
  public Optional<Path> besideInstallation() {
    Path system = systemData(Path.of("/"));
    return trial && installed(system) && !system.equals(data)
        ? Optional.of(system)
        : Optional.empty();
  }

  private static HostPaths trial(Path folder) {
    return new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
  }

  /** {@code data-dir} of root's shim.conf, which shim and agent must agree about. */
  private static Path systemData(Path root) {
    Path usual = root.resolve(SYSTEM_DATA);
    try {
      for (String line : Files.readAllLines(root.resolve(SYSTEM_ETC).resolve("shim.conf"))) {
        @Nullable String value = value(line, "data-dir");
        if (value != null && value.startsWith("/")) {
          return root.resolve(value.substring(1));
        }
      }
    } catch (IOException e) {
      return usual; // no settings, or none for us: the default, as the shim has it
    }
    return usual;
  }

  private static @Nullable String value(String line, String key) {
    int colon = line.indexOf(':');
    boolean found = colon > 0 && line.substring(0, colon).trim().equals(key);
    return found ? line.substring(colon + 1).replaceFirst("(^|\\s)#.*", "").trim() : null;
  }

  public Path mail() {
    return data.resolve("mail");
  }

  public Path spool() {
    return data.resolve("spool");
  }

  /** Where the shim finds the rules and the agent that decides. */
  public Path gates() {
    return data.resolve("gates.d");
  }

  /** While this is there, no hook asks: root's break-glass. */
  public Path gatesOff() {
    return etc.resolve("gates.off");
  }

  /** Where the configuration is looked for when no other file is named. */
  public Path configFile() {
    return etc.resolve("hookbridge.yaml");
  }

  /** The agent's own folder for what shall not survive a boot. */
  public Path runtime() {
    return run.resolve("agent");
  }

  public Path lost() {
    return run.resolve("lost");
  }
}
