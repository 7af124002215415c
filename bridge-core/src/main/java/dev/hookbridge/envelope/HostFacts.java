package dev.hookbridge.envelope;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * What every event says of the machine it comes from.
 *
 * @param name the host's name as events show it: letters, digits, {@code .}, {@code -}, {@code _};
 *     it is the authority of the attribute {@code source}
 * @param machineId {@code /etc/machine-id}, empty when there is none
 * @param agentVersion the agent's version
 */
public record HostFacts(String name, String machineId, String agentVersion) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,252}");

  /**
   * @throws IllegalArgumentException when the name cannot stand in a URI's authority
   */
  public HostFacts {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the host name must be 1 to 253 letters, digits, dots, dashes or underscores:"
              + " set 'host' in the configuration");
    }
  }

  /**
   * The machine as it calls itself. Asks no name service, since that may block. Whether a name such
   * as {@code localhost} is good enough for a feed is the configuration's to judge.
   */
  public static HostFacts detect(String agentVersion) {
    String name = firstLine(Path.of("/proc/sys/kernel/hostname"));
    return new HostFacts(
        NAME.matcher(name).matches() ? name : "localhost",
        firstLine(Path.of("/etc/machine-id")),
        agentVersion);
  }

  /** This machine under another name. */
  public HostFacts named(String other) {
    return new HostFacts(other, machineId, agentVersion);
  }

  private static String firstLine(Path file) {
    try {
      return Files.readString(file).lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      return "";
    }
  }
}
