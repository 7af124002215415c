package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** This boot of the kernel: its id and its clock, as a JVM can know them. */
public interface Boot {
  /** How far the clock below may lag behind the shim's: the kernel shows it in steps of 10 ms. */
  long STEP = 10_000_000;

  /** The kernel's random id of this boot. */
  String id();

  /** {@code CLOCK_BOOTTIME} in ns, rounded down, never ahead of the shim's. */
  long now();

  /** The machine's own. */
  static Boot ofKernel() throws IOException {
    String id = Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).trim();
    return new Boot() {
      @Override
      public String id() {
        return id;
      }

      @Override
      public long now() {
        try {
          String uptime = Files.readString(Path.of("/proc/uptime"));
          String seconds = uptime.substring(0, uptime.indexOf(' '));
          return Long.parseLong(seconds.replace(".", "")) * STEP;
        } catch (IOException | NumberFormatException e) {
          throw new IllegalStateException("cannot read /proc/uptime: mount /proc", e);
        }
      }
    };
  }
}
