package dev.hookbridge.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directories of a host. {@code HOOKBRIDGE_DATA_DIR} names one directory that contains
 * everything. Without it, every user gets the system's directories on a host with an installation,
 * and a user without access to them gets an error. On a host without an installation every user
 * except root and hookbridge gets a directory of their own.
 *
 * @param data contains {@code mail/}, {@code spool/} and {@code gates.d/}
 * @param etc contains {@code shim.conf} and {@code hookbridge.yaml}
 * @param run contains the shim's record of losses
 * @param trial whether one directory contains everything, for a trial or a test
 */
public record HostPaths(Path data, Path etc, Path run, boolean trial) {
  /** The environment variable that names a trial directory. */
  public static final String VARIABLE = "HOOKBRIDGE_DATA_DIR";

  private static final String SYSTEM_DATA = "var/lib/hookbridge";
  private static final String SYSTEM_ETC = "etc/hookbridge";
  private static final String SYSTEM_RUN = "run/hookbridge";

  /** Determines the directories from the environment, the user and the host. It creates nothing. */
  public static HostPaths resolve(Map<String, String> environment) {
    return resolve(environment, Path.of("/"));
  }

  /**
   * Determines the directories below a root.
   *
   * @param root the parent of the system's directories
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

  /**
   * Returns whether there is an installation. Root creates this directory, because root's hooks
   * write there.
   */
  private static boolean installed(Path system) {
    return Files.isDirectory(system.resolve("mail"));
  }

  /**
   * Returns the data directory of this host's installation if these directories are a trial next to
   * it.
   */
  public Optional<Path> besideInstallation() {
    Path system = systemData(Path.of("/"));
    return trial && installed(system) && !system.equals(data)
        ? Optional.of(system)
        : Optional.empty();
  }

  private static HostPaths trial(Path folder) {
    return new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
  }

  /** Returns {@code data-dir} of root's shim.conf. Shim and agent must use the same value. */
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
      return usual; // no settings, or not readable: the default, as in the shim
    }
    return usual;
  }

  private static @Nullable String value(String line, String key) {
    int colon = line.indexOf(':');
    boolean found = colon > 0 && line.substring(0, colon).trim().equals(key);
    return found ? line.substring(colon + 1).replaceFirst("(^|\\s)#.*", "").trim() : null;
  }

  /** Returns the mailbox directory. */
  public Path mail() {
    return data.resolve("mail");
  }

  /** Returns the spool directory. */
  public Path spool() {
    return data.resolve("spool");
  }

  /** Returns the directory where the shim finds the rules and the agent that decides. */
  public Path gates() {
    return data.resolve("gates.d");
  }

  /** Returns the file of root's kill switch. While it exists, no hook sends a request. */
  public Path gatesOff() {
    return etc.resolve("gates.off");
  }

  /** Returns the configuration file to use if no other file is named. */
  public Path configFile() {
    return etc.resolve("hookbridge.yaml");
  }

  /** Returns the agent's own directory for data that must not survive a boot. */
  public Path runtime() {
    return run.resolve("agent");
  }

  /** Returns the path of the shim's record of losses. */
  public Path lost() {
    return run.resolve("lost");
  }
}
