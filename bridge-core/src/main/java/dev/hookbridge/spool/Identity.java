package dev.hookbridge.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Who gives the numbers of an epoch: one host name on one machine during one boot. A disk image
 * that was cloned or rolled back shows only after a boot, hence the boot.
 *
 * @param host the name in {@code source}
 * @param machineId {@code /etc/machine-id}, {@code ""} when there is none
 * @param bootId {@code /proc/sys/kernel/random/boot_id}, {@code ""} when it cannot be read
 */
public record Identity(String host, String machineId, String bootId) {

  /** This machine under a name. */
  public static Identity of(String host) {
    return new Identity(host, read("/etc/machine-id"), read("/proc/sys/kernel/random/boot_id"));
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException e) {
      return "";
    }
  }
}
