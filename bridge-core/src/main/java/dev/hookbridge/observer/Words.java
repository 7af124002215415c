package dev.hookbridge.observer;

import java.util.List;

/**
 * libvirt's numbers and the words for them, from libvirt-domain.h. The words are those of libvirt's
 * constants in lower case, with dashes. A number that this release does not know is {@code
 * unknown}.
 */
final class Words {
  static final String UNKNOWN = "unknown";

  /** The names of lifecycle events, and the words for the details of each. */
  private static final List<Lifecycle> LIFECYCLE =
      List.of(
          new Lifecycle("defined", List.of("added", "updated", "renamed", "from-snapshot")),
          new Lifecycle("undefined", List.of("removed", "renamed")),
          new Lifecycle(
              "started",
              List.of("booted", "migrated", "restored", "from-snapshot", "wakeup", "recreated")),
          new Lifecycle(
              "suspended",
              List.of(
                  "paused",
                  "migrated",
                  "io-error",
                  "watchdog",
                  "restored",
                  "from-snapshot",
                  "api-error",
                  "postcopy",
                  "postcopy-failed",
                  "guest-shutdown")),
          new Lifecycle(
              "resumed",
              List.of("unpaused", "migrated", "from-snapshot", "postcopy", "postcopy-failed")),
          new Lifecycle(
              "stopped",
              List.of(
                  "shutdown",
                  "destroyed",
                  "crashed",
                  "migrated",
                  "saved",
                  "failed",
                  "from-snapshot",
                  "recreated")),
          new Lifecycle("shutdown", List.of("finished", "guest", "host")),
          new Lifecycle("pmsuspended", List.of("memory", "disk")),
          new Lifecycle("crashed", List.of("panicked", "crashloaded")));

  static final List<String> NETWORK = List.of("defined", "undefined", "started", "stopped");
  static final List<String> WATCHDOG =
      List.of("none", "pause", "reset", "poweroff", "shutdown", "debug", "inject-nmi");
  static final List<String> IO_ERROR = List.of("none", "pause", "report");
  static final List<String> BLOCK_JOB =
      List.of(UNKNOWN, "pull", "copy", "commit", "active-commit", "backup");
  static final List<String> BLOCK_JOB_STATUS = List.of("completed", "failed", "canceled", "ready");
  static final List<String> DISK_CHANGE = List.of("missing-on-start", "drop-missing-on-start");
  static final List<String> TRAY = List.of("open", "close");
  static final List<String> GUEST_AGENT = List.of(UNKNOWN, "connected", "disconnected");
  static final List<String> GUEST_AGENT_REASON = List.of(UNKNOWN, "domain-started", "channel");
  static final List<String> METADATA = List.of("description", "title", "element");
  static final List<String> MEMORY_FAILURE_RECIPIENT = List.of("hypervisor", "guest");
  static final List<String> MEMORY_FAILURE_ACTION = List.of("ignore", "inject", "fatal", "reset");
  static final List<String> JOB =
      List.of(
          UNKNOWN,
          "start",
          "save",
          "restore",
          "migration-in",
          "migration-out",
          "snapshot",
          "snapshot-revert",
          "dump",
          "backup",
          "snapshot-delete");

  /** The states of a guest. */
  static final List<String> STATES =
      List.of(
          "nostate",
          "running",
          "blocked",
          "paused",
          "shutdown",
          "shutoff",
          "crashed",
          "pmsuspended");

  private static final List<List<String>> REASONS =
      List.of(
          List.of(UNKNOWN),
          List.of(
              UNKNOWN,
              "booted",
              "migrated",
              "restored",
              "from-snapshot",
              "unpaused",
              "migration-canceled",
              "save-canceled",
              "wakeup",
              "crashed",
              "postcopy",
              "postcopy-failed"),
          List.of(UNKNOWN),
          List.of(
              UNKNOWN,
              "user",
              "migration",
              "save",
              "dump",
              "io-error",
              "watchdog",
              "from-snapshot",
              "shutting-down",
              "snapshot",
              "crashed",
              "starting-up",
              "postcopy",
              "postcopy-failed",
              "api-error"),
          List.of(UNKNOWN, "user"),
          List.of(
              UNKNOWN,
              "shutdown",
              "destroyed",
              "crashed",
              "migrated",
              "saved",
              "failed",
              "from-snapshot",
              "daemon"),
          List.of(UNKNOWN, "panicked"),
          List.of(UNKNOWN));

  private record Lifecycle(String name, List<String> details) {}

  private Words() {}

  /** Returns the word for a number. */
  static String of(List<String> words, int number) {
    return number >= 0 && number < words.size() ? words.get(number) : UNKNOWN;
  }

  /** Returns the names of all lifecycle events. */
  static List<String> lifecycle() {
    return LIFECYCLE.stream().map(Lifecycle::name).toList();
  }

  /** Returns the name of a lifecycle event. */
  static String lifecycle(int event) {
    return event >= 0 && event < LIFECYCLE.size() ? LIFECYCLE.get(event).name() : UNKNOWN;
  }

  /** Returns the word for the detail of a lifecycle event. */
  static String reason(int event, int detail) {
    return event >= 0 && event < LIFECYCLE.size()
        ? of(LIFECYCLE.get(event).details(), detail)
        : UNKNOWN;
  }

  /** Returns the word for the reason of a state. */
  static String stateReason(int state, int reason) {
    return state >= 0 && state < REASONS.size() ? of(REASONS.get(state), reason) : UNKNOWN;
  }
}
