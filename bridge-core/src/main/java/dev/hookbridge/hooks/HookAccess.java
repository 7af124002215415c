package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares what a hook does with what SELinux's policy allows, for each daemon of libvirt that is
 * installed or runs. A daemon whose hook it may not execute kills its running guests when it
 * starts. A hook that may not write its call exits 0, and the call is lost.
 */
final class HookAccess {
  private static final String[] READ = {"getattr", "open", "read", "execute", "map"};
  private final Selinux selinux;
  private final HostFiles machine;
  private final Daemons daemons;
  private final Map<String, String> domains = new TreeMap<>();

  HookAccess(Selinux selinux, HostFiles machine, Daemons daemons) {
    this.selinux = selinux;
    this.machine = machine;
    this.daemons = daemons;
  }

  /**
   * Returns one sentence for each domain in which the hook does not work.
   *
   * @param label the label that the hook has or will have
   * @param folders where the hook makes files
   */
  List<String> denials(Path hook, String label, List<Path> folders) throws IOException {
    List<String> denied = new ArrayList<>();
    for (Map.Entry<String, String> daemon : domains().entrySet()) {
      String domain = daemon.getKey();
      String ran = selinux.domain(domain, label);
      String who = daemon.getValue() + " (" + Selinux.type(domain) + ")";
      if (!executes(domain, ran, label)) {
        denied.add(
            "SELinux does not allow "
                + who
                + " to execute "
                + hook
                + " ("
                + Selinux.type(label)
                + "), which costs its running guests when it starts");
        continue;
      }
      for (Path folder : folders) {
        String of = selinux.label(folder);
        if (!of.isEmpty() && !writes(ran, of)) {
          denied.add(
              "SELinux does not allow a hook of "
                  + who
                  + " to write to "
                  + folder
                  + " ("
                  + Selinux.type(of)
                  + "), so its calls are lost");
        }
      }
    }
    return denied;
  }

  private boolean executes(String domain, String ran, String label) throws IOException {
    if (!selinux.allows(domain, label, "file", READ)) {
      return false;
    }
    return ran.equals(domain)
        ? selinux.allows(domain, label, "file", "execute_no_trans")
        : selinux.allows(domain, ran, "process", "transition")
            && selinux.allows(ran, label, "file", "entrypoint");
  }

  private boolean writes(String domain, String folder) throws IOException {
    String file = selinux.made(domain, folder);
    return selinux.allows(domain, folder, "dir", "search", "write", "add_name", "remove_name")
        && selinux.allows(domain, file, "file", "create", "open", "write", "rename", "unlink");
  }

  /**
   * Returns the domains with the names of their daemons. The domain of one that does not run is the
   * one in which systemd would start its program.
   */
  private Map<String, String> domains() throws IOException {
    if (!domains.isEmpty()) {
      return domains;
    }
    for (Daemons.Daemon daemon : daemons.all()) {
      add(daemon.domain(), daemon.name());
    }
    String init = HostFiles.text(machine.at("/proc/1/attr/current"));
    for (Map.Entry<String, Path> program : daemons.stopped().entrySet()) {
      String label = selinux.label(program.getValue());
      if (!init.isEmpty() && !label.isEmpty()) {
        add(selinux.domain(init, label), program.getKey());
      }
    }
    return domains;
  }

  private void add(String domain, String daemon) {
    if (!domain.isEmpty()) {
      domains.merge(domain, daemon, (before, name) -> before + ", " + name);
    }
  }
}
