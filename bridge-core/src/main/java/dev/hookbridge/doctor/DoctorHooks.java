package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.hooks.Driver;
import dev.hookbridge.hooks.HooksException;
import dev.hookbridge.hooks.Installation;
import dev.hookbridge.hooks.SlotStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks whether libvirt runs the hook, for each driver. */
final class DoctorHooks {
  private static final String INSTALL = "'hookbridge hooks install'";
  private final DoctorCommand command;
  private final boolean trial;

  DoctorHooks(DoctorCommand command, boolean trial) {
    this.command = command;
    this.trial = trial;
  }

  private Installation installation() throws HooksException, IOException {
    return command.target.installation();
  }

  /** Returns the daemons that would run hooks here. */
  List<Check> daemons() throws HooksException, IOException {
    List<String> daemons = installation().daemons(command.target.drivers());
    return List.of(
        daemons.isEmpty()
            ? Check.warning(
                "libvirt",
                "no daemon runs here: no hook is called until one is started (modular daemons start"
                    + " on demand)")
            : Check.ok("libvirt", String.join(", ", daemons)));
  }

  /** Returns one line for each installed hook, and one for missing hooks. */
  List<Check> installed() throws HooksException, IOException {
    Installation installation = installation();
    List<SlotStatus> all = installation.status(command.target.drivers());
    Map<String, Instant> seen = LastSeen.ask(command.setup);
    List<Check> checks = new ArrayList<>();
    for (SlotStatus one : all) {
      checks.add(slot(one, seen.get(one.driver().word())));
    }
    missing(all).ifPresent(checks::add);
    for (String warning : installation.warnings(command.target.drivers())) {
      // Our own hooks already have their lines.
      if (all.stream().noneMatch(one -> warning.startsWith(one.slot() + " "))) {
        checks.add(Check.warning("scripts", warning));
      }
    }
    return checks;
  }

  /** Returns what SELinux and AppArmor do to the hooks. */
  List<Check> confined() throws HooksException, IOException {
    List<String> found = installation().confinement(command.target.drivers());
    return found.isEmpty()
        ? List.of(Check.ok("confinement", "SELinux and AppArmor leave the hooks alone"))
        : found.stream().map(one -> Check.warning("confinement", one)).toList();
  }

  private Optional<Check> missing(List<SlotStatus> all) {
    List<Driver> there = all.stream().map(SlotStatus::driver).toList();
    List<Driver> named =
        command.target.named == null ? List.of() : List.copyOf(command.target.named);
    List<String> without =
        named.stream().filter(driver -> !there.contains(driver)).map(Driver::word).toList();
    if (!there.isEmpty() && without.isEmpty()) {
      return Optional.empty();
    }
    String sentence =
        (there.isEmpty() ? "there is none" : "there is none for " + String.join(", ", without))
            + " in "
            + command.target.dir
            + ": "
            + INSTALL
            + " with --reload installs it";
    return Optional.of(
        trial && named.isEmpty()
            ? Check.warning("hook", sentence + "; in a trial 'hookbridge fire' calls it")
            : Check.failure("hook", sentence));
  }

  /**
   * Returns the line of one installed hook.
   *
   * @param last the time of its last call, or null when there was none
   */
  static Check slot(SlotStatus one, @org.jspecify.annotations.Nullable Instant last) {
    String what = "hook " + one.driver().word();
    String said = one.slot() + " (" + one.hook() + ")";
    boolean called = last != null && last.isAfter(one.since());
    if (one.run().startsWith("no, ")) {
      return Check.failure(
          what, said + " is not run, " + one.run().substring(4) + ": run " + INSTALL);
    }
    if (one.run().startsWith("yes, if reloaded") && !called) {
      return Check.warning(
          what,
          said
              + " is run only if the daemon was reloaded since "
              + one.since()
              + ": run "
              + INSTALL
              + " with --reload");
    }
    return Check.ok(what, said + (last == null ? ", no call so far" : ", last call " + last));
  }

  /** Checks the distribution's hook, and whether the installed hooks are the same. */
  List<Check> shim() throws HooksException, IOException {
    Installation installation = installation();
    String ours;
    try {
      ours = installation.proved();
    } catch (HooksException e) {
      return List.of(Check.warning("shim", String.valueOf(e.getMessage())));
    }
    List<Check> checks = new ArrayList<>(List.of(Check.ok("shim", ours + " passes its self-test")));
    for (SlotStatus one : installation.status(command.target.drivers())) {
      if (!one.hook().equals(ours)) {
        checks.add(
            Check.warning(
                "hook " + one.driver().word(),
                "is " + one.hook() + " and this release has " + ours + ": run " + INSTALL));
      }
    }
    return checks;
  }

  /**
   * Returns the hook that the test calls. QEMU's hook comes first, because most sinks include QEMU
   * events.
   */
  Optional<Path> slot() throws HooksException, IOException {
    return installation().status(command.target.drivers()).stream()
        .filter(one -> one.run().startsWith("yes"))
        .min(Comparator.comparing(one -> one.driver() == Driver.QEMU ? 0 : 1))
        .map(SlotStatus::slot);
  }
}
