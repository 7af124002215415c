package dev.hookbridge.hooks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The hook in libvirt's slots: put there, upgraded, removed, looked at. At every moment of it, and
 * after a death at any, each executable file in a slot is a complete hook or somebody else's.
 * Somebody else's script is never changed, moved or replaced. Needs the rights of the folder's
 * owner; to be used by one thread. Two at once do no harm, but one of them may fail.
 */
public final class Installation {
  private final Path hooks;
  private final Path distributed;
  private final HostFiles machine;
  private final @Nullable LibvirtVersion version;
  private final Daemons daemons;
  private final Consumer<CrashPoint> steps;

  /**
   * Looks at libvirt and its daemons; changes nothing.
   *
   * @param hooks the folder libvirt was compiled for, {@code /etc/libvirt/hooks}
   * @param distributed the hook to install
   * @param libvirt its version, or null to ask the installed daemon
   */
  public static Installation of(Path hooks, Path distributed, @Nullable String libvirt)
      throws HooksException, IOException {
    return of(hooks, distributed, libvirt, HostFiles.THIS, step -> {});
  }

  static Installation of(
      Path hooks,
      Path distributed,
      @Nullable String libvirt,
      HostFiles machine,
      Consumer<CrashPoint> steps)
      throws HooksException, IOException {
    Optional<LibvirtVersion> version =
        libvirt == null ? LibvirtVersion.installed(machine) : LibvirtVersion.parse(libvirt);
    if (libvirt != null && version.isEmpty()) {
      throw new HooksException("'" + libvirt + "' is no version of libvirt: write it like 9.0.0");
    }
    Path folder = hooks.toAbsolutePath().normalize();
    return new Installation(
        folder,
        distributed,
        machine,
        version.orElse(null),
        Daemons.running(machine, folder),
        steps);
  }

  private Installation(
      Path hooks,
      Path distributed,
      HostFiles machine,
      @Nullable LibvirtVersion version,
      Daemons daemons,
      Consumer<CrashPoint> steps) {
    this.hooks = hooks;
    this.distributed = distributed;
    this.machine = machine;
    this.version = version;
    this.daemons = daemons;
    this.steps = steps;
  }

  /**
   * Puts the hook of the distribution where libvirt will run it; what is there already is kept or
   * upgraded.
   *
   * @param dry only say what would be done
   * @throws HooksException when nothing, or not all, could be done
   */
  public List<Change> install(Collection<Driver> drivers, boolean dry)
      throws HooksException, IOException {
    if (version == null) {
      throw new HooksException(
          "no libvirt daemon is installed: install one, or say its version with --libvirt");
    }
    Hook hook = Hook.toInstall(distributed);
    Confinement confinement = new Confinement(machine, daemons);
    confinement.permit();
    Hook.prove(distributed, List.of());
    List<InstallPlan> plans = new ArrayList<>();
    for (Driver driver : drivers) {
      plans.add(InstallPlan.of(new HookSlots(hooks, driver), hook, version.hasFolders()));
    }
    if (!dry) {
      StagedHook.clean(hooks);
      for (InstallPlan plan : plans) {
        carryOut(plan, hook, confinement);
      }
    }
    return plans.stream().map(plan -> change(plan, hook)).toList();
  }

  private void carryOut(InstallPlan plan, Hook hook, Confinement confinement)
      throws HooksException, IOException {
    if (plan.what() != InstallPlan.What.KEEP) {
      folder(plan.slot().resolveSibling(".").normalize());
      steps.accept(CrashPoint.FOLDER);
      try (StagedHook copy = StagedHook.make(hooks, hook, confinement, steps)) {
        if (plan.what() == InstallPlan.What.PUT) {
          copy.place(plan.slot());
        } else {
          copy.replace(plan.slot());
        }
      }
    }
    // After the new one is in place: a call that makes two events is better than one that makes
    // none.
    for (Path old : plan.elsewhere()) {
      new HookRemover(hooks, daemons, steps).remove(old);
    }
  }

  private void folder(Path folder) throws IOException, HooksException {
    if (!Files.isDirectory(hooks.resolveSibling("."))) {
      throw new HooksException(
          "there is no " + hooks.getParent() + ": install libvirt, or name its hooks with --dir");
    }
    for (Path each : folder.equals(hooks) ? List.of(hooks) : List.of(hooks, folder)) {
      if (!Files.isDirectory(each)) {
        Files.createDirectory(each);
        Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        StagedHook.sync(each.resolveSibling("."));
      }
    }
  }

  private static Change change(InstallPlan plan, Hook hook) {
    String verb =
        switch (plan.what()) {
          case PUT -> "installed";
          case REPLACE -> "upgraded";
          case KEEP -> "unchanged";
        };
    return new Change(plan.slots().driver(), verb, plan.slot(), hook.toString(), plan.first());
  }

  /**
   * Takes away what is ours, recognised by its content, in whatever slot and under whatever name.
   *
   * @param dry only say what would be done
   */
  public List<Change> remove(Collection<Driver> drivers, boolean dry)
      throws HooksException, IOException {
    List<Change> changes = new ArrayList<>();
    if (!dry) {
      StagedHook.clean(hooks);
    }
    for (Driver driver : drivers) {
      for (Path slot : new HookSlots(hooks, driver).ours()) {
        String hook = Hook.in(slot).map(Hook::toString).orElse("-");
        if (!dry) {
          new HookRemover(hooks, daemons, steps).remove(slot);
        }
        changes.add(new Change(driver, "removed", slot, hook, false));
      }
    }
    return changes;
  }

  /** Every hook of ours that is there. */
  public List<SlotStatus> status(Collection<Driver> drivers) throws IOException {
    List<SlotStatus> all = new ArrayList<>();
    for (Driver driver : drivers) {
      HookSlots slots = new HookSlots(hooks, driver);
      for (Path slot : slots.ours()) {
        String hook = Hook.in(slot).map(Hook::toString).orElse("-");
        // Unlike the time of its content this one is the file system's own.
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
    List<Daemons.Daemon> of = daemons.of(List.of(slots.driver()));
    if (of.isEmpty()) {
      return "yes, when a daemon runs";
    }
    boolean alone = (folders ? slots.all() : List.of(slot)).size() == 1;
    boolean younger = of.stream().anyMatch(daemon -> daemon.started().isBefore(since));
    return alone && younger ? "yes, if reloaded since " + since : "yes";
  }

  /**
   * The distribution's own hook, version and hash as {@link SlotStatus#hook}, once it has passed
   * its self-test.
   *
   * @throws HooksException when it is missing or does not run here
   */
  public String proved() throws HooksException, IOException {
    Hook hook = Hook.toInstall(distributed);
    Hook.prove(distributed, List.of());
    return hook.toString();
  }

  /** What in the slots will not do what somebody expects of it, a sentence each. */
  public List<String> warnings(Collection<Driver> drivers) throws IOException {
    List<String> warnings = new ArrayList<>();
    for (Driver driver : drivers) {
      warnings.addAll(
          Warnings.of(new HookSlots(hooks, driver), version == null || version.hasFolders()));
    }
    return warnings;
  }

  /** The daemons that run hooks of these drivers, as text. */
  public List<String> daemons(Collection<Driver> drivers) {
    return daemons.of(drivers).stream().map(Daemons.Daemon::toString).toList();
  }

  /** Makes those daemons look again which drivers have scripts. */
  public void reload(Collection<Driver> drivers) throws HooksException {
    for (Daemons.Daemon daemon : daemons.of(drivers)) {
      daemons.reload(daemon);
    }
  }
}
