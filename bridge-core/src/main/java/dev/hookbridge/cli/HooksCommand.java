package dev.hookbridge.cli;

import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Line;
import dev.hookbridge.command.Version;
import dev.hookbridge.doctor.HooksTarget;
import dev.hookbridge.doctor.LastSeen;
import dev.hookbridge.hooks.Driver;
import dev.hookbridge.hooks.HooksException;
import dev.hookbridge.hooks.Installation;
import dev.hookbridge.hooks.SlotChange;
import dev.hookbridge.hooks.SlotStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Implements {@code hookbridge hooks}. It is the only command that changes libvirt's files. It runs
 * as root where root owns {@code hooks/}.
 */
@Command(
    name = "hooks",
    description = "Installs, removes and lists the hook in libvirt's hook directories.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
final class HooksCommand {
  private static final String DRY = "Show what would be done, and change nothing.";

  @Command(
      description = "Installs or upgrades the hook, beside scripts that are there already.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class,
      footer = {"", "Examples:", "  hookbridge hooks install --drivers qemu,network --reload"})
  int install(
      @Mixin HooksTarget target,
      @Option(names = "--dry-run", description = DRY) boolean dry,
      @Option(names = "--upgrade", description = "Only where a hook of hookbridge is already.")
          boolean upgrade,
      @Option(
              names = "--reload",
              description = "Reload the daemons, by systemctl or SIGHUP, so that they look.")
          boolean reload)
      throws HooksException, IOException {
    Installation installation = target.installation();
    List<Driver> drivers = upgrade ? installed(installation, target) : target.drivers();
    if (drivers.isEmpty()) {
      return 0; // no further check on a host with neither hooks nor libvirt
    }
    List<SlotChange> changes = installation.install(drivers, dry);
    print(changes, dry);
    warn(installation, drivers);
    if (reload && !dry) {
      reload(installation, drivers);
    } else {
      sayWhoMustReload(
          installation,
          changes.stream().filter(SlotChange::first).map(SlotChange::driver).toList());
    }
    return 0;
  }

  private static List<Driver> installed(Installation installation, HooksTarget target)
      throws IOException {
    return installation.status(target.drivers()).stream()
        .map(SlotStatus::driver)
        .distinct()
        .toList();
  }

  @Command(
      description = "Removes the hook under any of its names, and no other script.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int remove(@Mixin HooksTarget target, @Option(names = "--dry-run", description = DRY) boolean dry)
      throws HooksException, IOException {
    List<SlotChange> changes = target.installation().remove(target.drivers(), dry);
    print(changes, dry);
    if (changes.isEmpty()) {
      System.err.println("there is no hook of hookbridge in " + target.dir);
    }
    return 0;
  }

  @Command(
      description = "Each hook with its version, whether libvirt would run it, its last event.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int status(@Mixin HooksTarget target, @Mixin CommonOptions setup)
      throws HooksException, IOException {
    Installation installation = target.installation();
    List<SlotStatus> all = installation.status(target.drivers());
    if (all.isEmpty()) {
      warn(installation, target.drivers());
      System.err.println(
          "there is no hook of hookbridge in "
              + target.dir
              + ": put it there by 'hookbridge hooks install' as root");
      return 1;
    }
    Map<String, Instant> seen = LastSeen.ask(setup);
    PrintStream out = System.out;
    String format = "%-8s %-44s %-28s %-27s %s%n";
    out.printf(format, "DRIVER", "SLOT", "HOOK", "LAST EVENT", "WOULD RUN");
    for (SlotStatus one : all) {
      Instant last = seen.get(one.driver().word());
      // A hook that was called after its installation needs no reload.
      boolean called = last != null && last.isAfter(one.since()) && one.run().startsWith("yes");
      out.printf(
          format,
          one.driver().word(),
          Line.safe(one.slot().toString()),
          one.hook(),
          last == null ? "-" : last,
          called ? "yes" : one.run());
    }
    warn(installation, target.drivers());
    return 0;
  }

  private static void print(List<SlotChange> changes, boolean dry) {
    for (SlotChange change : changes) {
      System.out.printf(
          "%-8s %s%-10s %s (%s)%n",
          change.driver().word(),
          dry ? "would be " : "",
          change.verb(),
          Line.safe(change.slot().toString()),
          change.hook());
    }
  }

  private static void warn(Installation installation, List<Driver> drivers) throws IOException {
    List<String> warnings = new ArrayList<>(installation.warnings(drivers));
    warnings.addAll(installation.confinement(drivers));
    warnings.forEach(warning -> System.err.println("warning: " + Line.safe(warning)));
  }

  private static void reload(Installation installation, List<Driver> drivers)
      throws HooksException {
    installation.reload(drivers);
    installation.daemons(drivers).forEach(daemon -> System.out.println("reloaded " + daemon));
  }

  /**
   * Prints which daemons must be reloaded. A daemon checks which drivers have scripts only when it
   * starts and when it is reloaded.
   */
  private static void sayWhoMustReload(Installation installation, List<Driver> first) {
    List<String> daemons = installation.daemons(first);
    if (!daemons.isEmpty()) {
      System.err.printf(
          "reload %s: until then no hook of %s runs. A reload (systemctl reload, SIGHUP, or"
              + " --reload here) reads settings and firewall rules again; guests keep running%n",
          String.join(", ", daemons), String.join(", ", first.stream().map(Driver::word).toList()));
    }
  }
}
