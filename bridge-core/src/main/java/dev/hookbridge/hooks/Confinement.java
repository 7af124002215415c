package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Checks what SELinux and AppArmor allow libvirt's daemons to execute. A hook that may not be
 * executed fails like a crashing hook, and kills running guests at the daemon's next start. SELinux
 * is asked what its policy allows, whether it is enforcing or not. With AppArmor a copy is tested
 * in the daemon's own profile before it goes into a slot.
 */
final class Confinement {
  private static final String REMEDY =
      ": run '"
          + System.getProperty("hookbridge.home", "")
          + "/libexec/selinux.sh install' as root";
  private static final String ENTER =
      "printf %s \"$1\" > /proc/self/attr/exec && shift && exec \"$@\"";
  private static final String PROFILES = "/sys/kernel/security/apparmor/profiles";
  private final HostFiles machine;
  private final Daemons daemons;
  private final Selinux selinux;
  private final HookAccess access;
  private final List<Path> folders;

  /**
   * Creates the checks.
   *
   * @param folders where a hook makes files
   */
  Confinement(HostFiles machine, Daemons daemons, List<Path> folders) {
    this.machine = machine;
    this.daemons = daemons;
    this.selinux = new Selinux(machine);
    this.access = new HookAccess(selinux, machine, daemons);
    this.folders = folders;
  }

  /** Throws when SELinux is enforcing and would not let hooks in these slots work. */
  void permit(Collection<Path> slots) throws HooksException, IOException {
    if (!selinux.on() || !selinux.enforcing()) {
      return;
    }
    List<String> denials = new ArrayList<>();
    for (Path slot : slots) {
      String label = selinux.expected(slot);
      if (label.isEmpty()) {
        throw new HooksException(
            "SELinux is enforcing and matchpathcon finds no label for " + slot + REMEDY);
      }
      denials.addAll(access.denials(slot, label, folders));
    }
    if (!denials.isEmpty()) {
      throw new HooksException(denials.get(0) + REMEDY);
    }
  }

  /** Returns why libvirt would not run an installed hook now, or an empty text. */
  String forbids(Path hook) throws IOException {
    if (!selinux.on() || !selinux.enforcing()) {
      return "";
    }
    return String.join("; ", access.denials(hook, selinux.label(hook), List.of()));
  }

  /**
   * Returns one sentence for each label that is not the policy's, for what the policy forbids to
   * the hooks, and for what could not be tested.
   */
  List<String> warnings(Collection<Path> hooks) throws IOException {
    Set<String> found = new TreeSet<>();
    if (selinux.on()) {
      String when =
          selinux.enforcing() ? "" : ", as soon as SELinux, now permissive, is set to enforcing";
      for (Path hook : hooks) {
        selinux.wrongLabel(hook).ifPresent(found::add);
        for (String denial : access.denials(hook, selinux.label(hook), folders)) {
          found.add(denial + when + REMEDY);
        }
      }
      for (Path folder : folders) {
        selinux.wrongLabel(folder).ifPresent(found::add);
      }
    }
    if (apparmor() && !hooks.isEmpty() && profiles().isEmpty() && !daemons.stopped().isEmpty()) {
      found.add(
          "the hook was not tested in the AppArmor profile of "
              + String.join(", ", daemons.stopped().keySet())
              + ", which does not run, because "
              + machine.at(PROFILES)
              + " cannot be read: start it and run 'hookbridge hooks install' again");
    }
    return List.copyOf(found);
  }

  /** Gives a copy of the hook the label that the policy has for its slot. */
  void label(Path copy, Path slot) throws IOException, HooksException {
    selinux.label(copy, slot);
  }

  /**
   * Returns commands that run another program in the AppArmor profile of a daemon, one that runs or
   * one that its socket would start. Returns nothing when AppArmor confines no daemon. The kernel
   * reads the profile of the next program from a file of the process. aa-exec does the same but is
   * not installed everywhere. SELinux has no such way: few domains may enter another one.
   */
  List<List<String>> probes() {
    if (!apparmor()) {
      return List.of();
    }
    Set<String> names = new TreeSet<>();
    daemons.all().forEach(daemon -> names.add(name(daemon.domain())));
    daemons.stopped().forEach((name, program) -> names.add(profile(name, program)));
    names.removeAll(Set.of("", "unconfined"));
    return names.stream()
        .map(profile -> List.of("sh", "-c", ENTER, "sh", "exec " + profile))
        .toList();
  }

  private boolean apparmor() {
    return HostFiles.text(machine.at("/sys/module/apparmor/parameters/enabled")).equals("Y");
  }

  private static String name(String profile) {
    return profile.replaceFirst(" \\(\\w+\\)$", "");
  }

  /** Returns the loaded profile of a daemon that does not run. It has the daemon's name or path. */
  private String profile(String name, Path program) {
    String path = "/" + machine.root().relativize(program);
    Set<String> loaded =
        profiles().lines().map(Confinement::name).collect(Collectors.toUnmodifiableSet());
    return loaded.contains(name) ? name : loaded.contains(path) ? path : "";
  }

  private String profiles() {
    return Files.exists(machine.at(PROFILES)) ? HostFiles.text(machine.at(PROFILES)) : "";
  }
}
