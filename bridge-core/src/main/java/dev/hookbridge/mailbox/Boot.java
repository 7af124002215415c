package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The current boot of the kernel: its id and its clock, as far as a JVM can read them. */
public interface Boot {
  /**
   * The clock's step in ns: {@link #now} may lag behind the shim's clock by this much, because the
   * kernel shows it in steps of 10 ms.
   */
  long STEP = 10_000_000;

  /** Returns the kernel's random id of this boot. */
  String id();

  /** Returns {@code CLOCK_BOOTTIME} in ns, rounded down. It is never ahead of the shim's clock. */
  long now();

  /** Returns the boot of this machine. */
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
