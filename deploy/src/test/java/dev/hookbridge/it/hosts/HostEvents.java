package dev.hookbridge.it.hosts;

import dev.hookbridge.harness.machine.BootedHost;
import java.io.IOException;

/** What a booted host with the package has delivered to its file. */
final class HostEvents {
  private static final String FILE = "/var/log/hookbridge/events.jsonl";
  private final BootedHost host;

  HostEvents(BootedHost host) {
    this.host = host;
  }

  /** Returns how many events there are of an object and an operation, as {@code qemu.started}. */
  int count(String subject, String operation) throws IOException {
    return Integer.parseInt(host.done(counting(subject, operation)).strip());
  }

  /** Until there are so many. */
  void await(String subject, String operation, int count) {
    host.await(
        count + " " + operation + " of " + subject,
        "test $(" + counting(subject, operation) + ") -eq " + count);
  }

  private static String counting(String subject, String operation) {
    return "cat "
        + FILE
        + "* | grep 'dev.hookbridge[a-z.]*[.]"
        + operation
        + ".v1' | grep -c '\"subject\":\""
        + subject
        + "\"' || :";
  }
}
