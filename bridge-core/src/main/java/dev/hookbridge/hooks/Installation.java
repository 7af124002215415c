package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Installs, upgrades, removes and inspects the hook in libvirt's slots. At every moment, and after
 * a crash at any moment, each executable file in a slot is a complete hook or another party's
 * script. Such a script is never changed, moved or replaced. This needs the permissions of the
 * folder's owner. Use it from one thread. Two processes at the same time do no harm, but one of
 * them may fail.
 */
public final class Installation {
  private final Path hooks;
  private final Path distributed;
  private final @Nullable LibvirtVersion version;
  private final Daemons daemons;
  private final Confinement confinement;
  private final Consumer<CrashPoint> steps;

  /**
   * Inspects libvirt and its daemons. Changes nothing.
   *
   * @param hooks the folder that libvirt was compiled for, {@code /etc/libvirt/hooks}
   * @param distributed the hook to install
   * @param libvirt libvirt's version, or null to ask the installed daemon
   * @param folders where a hook makes files
   */
  public static Installation of(
      Path hooks, Path distributed, @Nullable String libvirt, List<Path> folders)
      throws HooksException, IOException {
    return of(hooks, distributed, libvirt, folders, HostFiles.THIS, step -> {});
  }

  static Installation of(
      Path hooks,
      Path distributed,
      @Nullable String libvirt,
      List<Path> folders,
      HostFiles machine,
      Consumer<CrashPoint> steps)
      throws HooksException, IOException {
    Optional<LibvirtVersion> version =
        libvirt == null ? LibvirtVersion.installed(machine) : LibvirtVersion.parse(libvirt);
    if (libvirt != null && version.isEmpty()) {
      throw new HooksException(
          "'" + libvirt + "' is not a version of libvirt: write it like 9.0.0");
    }
    Path folder = hooks.toAbsolutePath().normalize();
    Daemons daemons = Daemons.running(machine, folder);
    Confinement confinement = new Confinement(machine, daemons, folders);
    return new Installation(folder, distributed, version.orElse(null), daemons, confinement, steps);
  }

  private Installation(
      Path hooks,
      Path distributed,
      @Nullable LibvirtVersion version,
      Daemons daemons,
      Confinement confinement,
      Consumer<CrashPoint> steps) {
    this.hooks = hooks;
    this.distributed = distributed;
    this.version = version;
    this.daemons = daemons;
    this.confinement = confinement;
    this.steps = steps;
  }

  /**
   * Installs the hook of the distribution in the slots that libvirt will run. An existing hook of
   * ours is kept or upgraded.
   *
   * @param dry whether to return the changes without making them
   * @throws HooksException when not everything could be done
   */
  public List<SlotChange> install(Collection<Driver> drivers, boolean dry)
      throws HooksException, IOException {
    if (version == null) {
      throw new HooksException(
          "no libvirt daemon is installed: install one, or say its version with --libvirt");
    }
    Hook hook = Hook.toInstall(distributed);
    Hook.prove(distributed, List.of());
    List<InstallPlan> plans = new ArrayList<>();
    for (Driver driver : drivers) {
      plans.add(InstallPlan.of(new HookSlots(hooks, driver), hook, version.hasFolders()));
    }
    confinement.permit(plans.stream().map(InstallPlan::slot).toList());
    if (!dry) {
      StagedHook.clean(hooks);
      for (InstallPlan plan : plans) {
        carryOut(plan, hook);
      }
    }
    return plans.stream().map(plan -> plan.change(hook)).toList();
  }

  private void carryOut(InstallPlan plan, Hook hook) throws HooksException, IOException {
    if (plan.what() == InstallPlan.What.KEEP) {
      confinement.label(plan.slot(), plan.slot());
    } else {
      plan.makeFolders(hooks);
      steps.accept(CrashPoint.FOLDER);
      try (StagedHook copy = StagedHook.make(hooks, plan.slot(), hook, confinement, steps)) {
        if (plan.what() == InstallPlan.What.PUT) {
          copy.place(plan.slot());
        } else {
          copy.replace(plan.slot());
        }
      }
    }
    // Old files are removed after the new one is in place. A call that makes two events is better
    // than a call that makes none.
    for (Path old : plan.elsewhere()) {
      new HookRemover(hooks, daemons, steps).remove(old);
    }
  }

  /**
   * Removes our hooks from every slot, under any name. They are recognised by their content.
   *
   * @param dry whether to return the changes without making them
   */
  public List<SlotChange> remove(Collection<Driver> drivers, boolean dry)
      throws HooksException, IOException {
    List<SlotChange> changes = new ArrayList<>();
    if (!dry) {
      StagedHook.clean(hooks);
    }
    for (Driver driver : drivers) {
      for (Path slot : new HookSlots(hooks, driver).ours()) {
        String hook = Hook.in(slot).map(Hook::toString).orElse("-");
        if (!dry) {
          new HookRemover(hooks, daemons, steps).remove(slot);
        }
        changes.add(new SlotChange(driver, "removed", slot, hook, false));
      }
    }
    return changes;
  }

  /** Returns every installed hook of ours. */
  public List<SlotStatus> status(Collection<Driver> drivers) throws IOException {
    List<SlotStatus> all = new ArrayList<>();
    for (Driver driver : drivers) {
      HookSlots slots = new HookSlots(hooks, driver);
      for (Path slot : slots.ours()) {
        String hook = Hook.in(slot).map(Hook::toString).orElse("-");
        // The file system sets the ctime itself, unlike the mtime.
        Instant since = ((FileTime) Files.getAttribute(slot, "unix:ctime")).toInstant();
        all.add(new SlotStatus(driver, slot, hook, wouldRun(slots, slot, since), since));
      }
    }
    return all;
  }

  private String wouldRun(HookSlots slots, Path slot, Instant since) throws IOException {
    boolean folders = version == null || version.hasFolders();
    if (!slot.equals(slots.main()) && !folders) {
      return "no, libvirt " + version + " runs only " + slots.main();
    }
    if (!HookSlots.runs(slot)) {
      return "no, it has no x bit";
    }
    try {
      Hook.prove(slot, List.of());
    } catch (HooksException e) {
      return "no, it fails its self-test";
    }
    String forbidden = confinement.forbids(slot);
    if (!forbidden.isEmpty()) {
      return "no, " + forbidden;
    }
    List<Daemons.Daemon> of = daemons.of(List.of(slots.driver()));
    if (of.isEmpty()) {
      return "yes, when a daemon runs";
    }
    boolean alone = (folders ? slots.all() : List.of(slot)).size() == 1;
    boolean younger = of.stream().anyMatch(daemon -> daemon.started().isBefore(since));
    return alone && younger ? "yes, if reloaded since " + since : "yes";
  }

  /**
   * Runs the self-test of the distribution's hook, and returns its version and hash as in {@link
   * SlotStatus#hook}.
   *
   * @throws HooksException when it is missing or does not run here
   */
  public String proved() throws HooksException, IOException {
    Hook hook = Hook.toInstall(distributed);
    Hook.prove(distributed, List.of());
    return hook.toString();
  }

  /** Returns one sentence for each file in the slots that will not work as expected. */
  public List<String> warnings(Collection<Driver> drivers) throws IOException {
    List<String> warnings = new ArrayList<>();
    for (Driver driver : drivers) {
      warnings.addAll(
          Warnings.of(new HookSlots(hooks, driver), version == null || version.hasFolders()));
    }
    return warnings;
  }

  /**
   * Returns one sentence for each wrong label, for what SELinux forbids to the installed hooks, or
   * would forbid if it were enforcing, and for an AppArmor profile that could not be tested.
   */
  public List<String> confinement(Collection<Driver> drivers) throws IOException {
    List<Path> ours = new ArrayList<>();
    for (Driver driver : drivers) {
      ours.addAll(new HookSlots(hooks, driver).ours());
    }
    return confinement.warnings(ours);
  }

  /** Returns the daemons that run hooks of these drivers, as text. */
  public List<String> daemons(Collection<Driver> drivers) {
    return daemons.of(drivers).stream().map(Daemons.Daemon::toString).toList();
  }

  /**
   * Reloads those daemons, so that they check again which drivers have scripts.
   *
   * @throws HooksException when a daemon cannot be reloaded
   */
  public void reload(Collection<Driver> drivers) throws HooksException {
    for (Daemons.Daemon daemon : daemons.of(drivers)) {
      daemons.reload(daemon);
    }
  }
}
