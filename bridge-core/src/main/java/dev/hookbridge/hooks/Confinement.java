package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Checks what SELinux and AppArmor allow libvirt's daemons to execute. A hook that may not be
 * executed fails like a crashing hook, and kills running guests at the daemon's next start. So a
 * copy is tested in the daemon's own domain before it goes into a slot.
 */
final class Confinement {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String BOOLEAN = "virt_hooks_unconfined";
  private static final String ENTER =
      "printf %s \"$1\" > /proc/self/attr/exec && shift && exec \"$@\"";
  private final HostFiles machine;
  private final Daemons daemons;

  Confinement(HostFiles machine, Daemons daemons) {
    this.machine = machine;
    this.daemons = daemons;
  }

  /** Throws when SELinux is enforcing and nothing is known to allow the hook. */
  void permit() throws HooksException, IOException {
    if (!enforcing() || allowed() || moduleLoaded()) {
      return;
    }
    throw new HooksException(
        "SELinux is enforcing and nothing allows libvirt to run the hook, which would cost running"
            + " guests: run 'setsebool -P "
            + BOOLEAN
            + " on', or load a policy module named hookbridge");
  }

  private boolean selinux() {
    return Files.exists(machine.at("/sys/fs/selinux/enforce"));
  }

  private boolean enforcing() {
    return HostFiles.text(machine.at("/sys/fs/selinux/enforce")).equals("1");
  }

  /** Returns whether Fedora's own boolean allows it. The first number is the active value. */
  private boolean allowed() {
    return HostFiles.text(machine.at("/sys/fs/selinux/booleans/" + BOOLEAN)).startsWith("1");
  }

  private boolean moduleLoaded() throws IOException {
    Path store = machine.at("/var/lib/selinux");
    if (!Files.isDirectory(store)) {
      return false;
    }
    try (Stream<Path> files = Files.walk(store, 5)) {
      return files.anyMatch(file -> file.toString().matches(".*/active/modules/\\d+/hookbridge"));
    }
  }

  /** Sets the label that the policy has for files below {@code hooks/}. */
  void label(Path copy) throws IOException, HooksException {
    if (!selinux()) {
      return;
    }
    Command.Result said = Command.run(PATIENCE, "restorecon", "-F", copy.toString());
    if (said.exit() != 0) {
      throw new HooksException("restorecon could not label " + copy + ": " + said.out().strip());
    }
  }

  /**
   * Returns commands that run another program in the AppArmor profile of a running daemon. Returns
   * nothing when AppArmor confines no daemon. The kernel reads the profile of the next program from
   * a file of the process. aa-exec does the same but is not installed everywhere. SELinux has no
   * such way: few domains may enter another one.
   */
  List<List<String>> probes() {
    return daemons.all().stream()
        .map(this::profile)
        .filter(profile -> !profile.isEmpty())
        .distinct()
        .map(profile -> List.of("sh", "-c", ENTER, "sh", "exec " + profile))
        .toList();
  }

  private String profile(Daemons.Daemon daemon) {
    boolean apparmor =
        HostFiles.text(machine.at("/sys/module/apparmor/parameters/enabled")).equals("Y");
    String profile = daemon.domain().replaceFirst(" \\(\\w+\\)$", "");
    return apparmor && !profile.equals("unconfined") ? profile : "";
  }
}
