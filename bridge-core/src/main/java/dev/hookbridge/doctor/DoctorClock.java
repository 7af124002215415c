package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks this host's clock by systemd's report. Brokers do not report their time. */
final class DoctorClock {
  private static final Check UNKNOWN =
      Check.warning("clock", "cannot be verified here: compare it with another host's");

  private DoctorClock() {}

  static Check look() throws IOException {
    if (!Files.isExecutable(Path.of("/usr/bin/timedatectl"))) {
      return UNKNOWN;
    }
    Process asked =
        new ProcessBuilder("timedatectl", "show", "--property=NTPSynchronized", "--value")
            .redirectErrorStream(true)
            .start();
    return said(new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
  }

  /** Interprets the output of {@code timedatectl}. */
  static Check said(String output) {
    return switch (output.strip()) {
      case "yes" -> Check.ok("clock", "synchronised, according to systemd");
      case "no" ->
          Check.warning(
              "clock",
              "is not synchronised, according to systemd: let chrony or systemd-timesyncd set it");
      default -> UNKNOWN;
    };
  }
}
