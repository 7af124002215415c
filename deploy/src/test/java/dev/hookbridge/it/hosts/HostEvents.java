package dev.hookbridge.it.hosts;

import dev.hookbridge.harness.machine.BootedHost;

/** What a booted host with the package has delivered to its file. */
final class HostEvents {
  private static final String FILE = "/var/log/hookbridge/events.jsonl";
  private final BootedHost host;

  HostEvents(BootedHost host) {
    this.host = host;
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
