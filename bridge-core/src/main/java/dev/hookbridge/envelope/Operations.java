package dev.hookbridge.envelope;

import static dev.hookbridge.envelope.Operations.Exit.ABORTS;
import static dev.hookbridge.envelope.Operations.Exit.DESTRUCTIVE;
import static dev.hookbridge.envelope.Operations.Exit.HARMFUL;
import static dev.hookbridge.envelope.Operations.Exit.IGNORED;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The table of libvirt's hook operations: the driver, the operation, the first libvirt release, and
 * what libvirt does if the hook fails. Event types, routes, metrics and the checks of the
 * configuration take their words from this table. So a guest's owner or a new libvirt cannot create
 * new labels and topics: any other word becomes {@link #UNKNOWN} there and is unchanged in the
 * data.
 */
public final class Operations {
  /** The word for any word that libvirt is not known to use. */
  public static final String UNKNOWN = "unknown";

  /** The driver of the daemon's own calls, which have no object. */
  public static final String DAEMON = "daemon";

  /** The driver of virtual networks. */
  public static final String NETWORK = "network";

  /** The effect of a hook's non-zero exit code. */
  public enum Exit {
    /** libvirt ignores it. */
    IGNORED,
    /** libvirt aborts the operation that was about to begin. Nothing that runs is harmed. */
    ABORTS,
    /**
     * libvirt ends something that already runs. Allowed only with the operator's explicit consent.
     */
    DESTRUCTIVE,
    /** It does damage and prevents nothing. No rule may select such an operation. */
    HARMFUL
  }

  /**
   * An operation of a driver.
   *
   * @param suboperations the sub-operations with which it is called
   * @param since the libvirt release that called it first
   * @param consequence the effect of a non-zero exit code, as the end of a sentence
   */
  public record Operation(
      String driver,
      String name,
      List<String> suboperations,
      String since,
      Exit exit,
      String consequence) {

    /** Returns whether a veto is possible and ends nothing that runs. */
    public boolean abortable() {
      return exit == ABORTS;
    }

    /** Returns whether a veto is possible and ends something that runs. */
    public boolean destructive() {
      return exit == DESTRUCTIVE;
    }
  }

  private static final String STARTS_NOT = "the start is aborted";
  private static final String NOTHING = "libvirt ignores it";
  private static final String KILLED = "the running guest is killed";
  private static final String PORT_FAILS = "the guest's start or the hotplug fails";

  private static final List<Operation> ALL =
      List.of(
          of(DAEMON, "start", "-", "0.8.0", IGNORED, NOTHING),
          of(DAEMON, "shutdown", "-", "0.8.0", IGNORED, NOTHING),
          of(DAEMON, "reload", "begin", "0.8.0", IGNORED, NOTHING),
          of("qemu", "prepare", "begin", "0.9.0", ABORTS, STARTS_NOT),
          of("qemu", "start", "begin", "0.8.0", ABORTS, STARTS_NOT),
          of("qemu", "started", "begin", "0.9.13", DESTRUCTIVE, KILLED),
          of("qemu", "stopped", "end", "0.8.0", IGNORED, NOTHING),
          of("qemu", "release", "end", "0.9.0", IGNORED, NOTHING),
          of("qemu", "migrate", "begin", "0.9.11", ABORTS, "the incoming migration is cancelled"),
          of("qemu", "restore", "begin", "1.2.9", ABORTS, "the restore is aborted"),
          of("qemu", "reconnect", "begin", "0.9.13", HARMFUL, KILLED),
          of("qemu", "attach", "begin", "0.9.13", IGNORED, "libvirt no longer calls it"),
          of("lxc", "prepare", "begin", "0.9.13", ABORTS, STARTS_NOT),
          of("lxc", "start", "begin", "0.8.0", ABORTS, STARTS_NOT),
          of("lxc", "started", "begin", "0.9.13", DESTRUCTIVE, KILLED),
          of("lxc", "stopped", "end", "0.8.0", IGNORED, NOTHING),
          of("lxc", "release", "end", "0.9.0", IGNORED, NOTHING),
          of("lxc", "reconnect", "begin", "0.9.13", HARMFUL, KILLED),
          of("libxl", "prepare", "begin", "2.1.0", ABORTS, STARTS_NOT),
          of("libxl", "start", "begin", "2.1.0", ABORTS, STARTS_NOT),
          of("libxl", "started", "begin", "2.1.0", DESTRUCTIVE, KILLED),
          of("libxl", "stopped", "end", "2.1.0", IGNORED, NOTHING),
          of("libxl", "release", "end", "2.1.0", IGNORED, NOTHING),
          of("libxl", "migrate", "begin", "2.1.0", ABORTS, "the incoming migration is cancelled"),
          of("libxl", "reconnect", "begin", "2.1.0", HARMFUL, "libvirt forgets the running guest"),
          of("bhyve", "prepare", "begin", "6.1.0", ABORTS, STARTS_NOT),
          of("bhyve", "start", "begin", "6.1.0", ABORTS, STARTS_NOT),
          of("bhyve", "started", "begin", "6.1.0", DESTRUCTIVE, KILLED),
          of("bhyve", "stopped", "end", "6.1.0", IGNORED, NOTHING),
          of("bhyve", "release", "end", "6.1.0", IGNORED, NOTHING),
          of(NETWORK, "start", "begin", "1.2.2", ABORTS, STARTS_NOT),
          of(
              NETWORK,
              "started",
              "begin",
              "1.2.2",
              HARMFUL,
              "libvirt before 11.3 leaks the network's bridge"),
          of(NETWORK, "stopped", "end", "1.2.2", IGNORED, NOTHING),
          of(
              NETWORK,
              "updated",
              "begin",
              "1.2.2",
              HARMFUL,
              "the change stays and an error is reported"),
          of(NETWORK, "port-created", "begin", "5.5.0", DESTRUCTIVE, PORT_FAILS),
          of(NETWORK, "port-deleted", "begin", "5.5.0", IGNORED, NOTHING),
          of(NETWORK, "plugged", "begin", "1.2.2", HARMFUL, PORT_FAILS),
          of(NETWORK, "unplugged", "begin", "1.2.2", IGNORED, NOTHING));

  private static final Set<String> DRIVERS =
      ALL.stream().map(Operation::driver).collect(Collectors.toUnmodifiableSet());
  private static final Map<String, Operation> BY_WORDS =
      ALL.stream().collect(Collectors.toUnmodifiableMap(o -> o.driver + " " + o.name, o -> o));
  private static final Set<String> SUBOPERATIONS = Set.of("begin", "end", "-");

  private Operations() {}

  /** Returns every operation of every driver, in the order of the documentation. */
  public static List<Operation> all() {
    return ALL;
  }

  /** Returns an operation, or empty if libvirt is not known to call it. */
  public static Optional<Operation> find(String driver, String operation) {
    return Optional.ofNullable(BY_WORDS.get(driver + " " + operation));
  }

  /** Returns the driver, or {@link #UNKNOWN}. */
  public static String driverWord(String driver) {
    return DRIVERS.contains(driver) ? driver : UNKNOWN;
  }

  /** Returns the operation if this driver is known to call it, otherwise {@link #UNKNOWN}. */
  public static String operationWord(String driver, String operation) {
    return find(driver, operation).isPresent() ? operation : UNKNOWN;
  }

  /** Returns the sub-operation, {@code -} for an empty one, or {@link #UNKNOWN}. */
  public static String suboperationWord(String suboperation) {
    if (suboperation.isEmpty()) {
      return "-";
    }
    return SUBOPERATIONS.contains(suboperation) ? suboperation : UNKNOWN;
  }

  private static Operation of(
      String driver, String name, String sub, String since, Exit exit, String consequence) {
    return new Operation(driver, name, List.of(sub), since, exit, consequence);
  }
}
