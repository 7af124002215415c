package dev.hookbridge.envelope;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * The facts about the host that every event contains.
 *
 * @param name the host's name in events: letters, digits, {@code .}, {@code -}, {@code _}; it is
 *     the authority of the attribute {@code source}
 * @param machineId the content of {@code /etc/machine-id}, empty if there is none
 * @param bootId the kernel's id of this boot, empty if it cannot be read
 * @param agentVersion the agent's version
 */
public record HostFacts(String name, String machineId, String bootId, String agentVersion) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if the name cannot be the authority of a URI
   */
  public HostFacts {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the host name must be 1 to 253 letters, digits, dots, dashes or underscores:"
              + " set 'host' in the configuration");
    }
  }

  /**
   * Returns the facts of this machine, with its own host name. It asks no name service, because
   * that may block. It does not judge whether a name such as {@code localhost} is suitable for a
   * feed; the configuration does that.
   */
  public static HostFacts detect(String agentVersion) {
    String name = firstLine(Path.of("/proc/sys/kernel/hostname"));
    return new HostFacts(
        NAME.matcher(name).matches() ? name : "localhost",
        firstLine(Path.of("/etc/machine-id")),
        firstLine(Path.of("/proc/sys/kernel/random/boot_id")),
        agentVersion);
  }

  /** Returns these facts with another host name. */
  public HostFacts named(String other) {
    return new HostFacts(other, machineId, bootId, agentVersion);
  }

  private static String firstLine(Path file) {
    try {
      return Files.readString(file).lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      return "";
    }
  }
}
