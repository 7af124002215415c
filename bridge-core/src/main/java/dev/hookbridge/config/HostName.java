package dev.hookbridge.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Reads the machine's own name from the kernel. It asks no resolver, because the resolver may be a
 * guest of this host.
 */
final class HostName {
  private HostName() {}

  static String of(Map<String, String> environment) {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).trim();
    } catch (IOException e) {
      return environment.getOrDefault("HOSTNAME", "localhost");
    }
  }
}
