package dev.hookbridge.cli;

import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Line;
import dev.hookbridge.command.Version;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.decision.KillSwitch;
import dev.hookbridge.decision.gate.GateStatus;
import dev.hookbridge.decision.gate.GatesFile;
import dev.hookbridge.record.MalformedRecordException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

/**
 * Implements {@code hookbridge decisions}: the operator's kill switch, and the state that hooks
 * see. The switch needs neither broker nor agent.
 */
@Command(
    name = "decisions",
    description = "Switches decisions off and on for this host, and shows what the hooks see.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
final class DecisionsCommand {

  @Command(
      description = "The switch, the rules the hooks know, and whether an agent answers them.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int status() throws IOException {
    HostPaths places = places();
    PrintStream out = System.out;
    KillSwitch gates = new KillSwitch(places.gatesOff());
    String by = gates.by().isEmpty() ? "" : " by " + gates.by();
    out.println("switch   " + (gates.enabled() ? "on" : Line.safe("off" + by + ": " + gates)));
    if (!Files.isReadable(places.gates()) && Files.exists(places.gates())) {
      throw new AccessDeniedException(places.gates().toString());
    }
    Optional<List<String>> rules = rules(places, out);
    if (rules.isPresent() && rules.get().isEmpty()) {
      out.println("agent    not needed: there are no rules");
    } else {
      GateStatus sight = GateStatus.of(places.gates());
      out.println("agent    " + sight.agent());
      out.println("socket   " + sight.socket());
    }
    rules.orElse(List.of()).forEach(rule -> out.println("rule     " + Line.safe(rule)));
    return 0;
  }

  /** Returns the rules that hooks know. Returns empty when they cannot be read. */
  private static Optional<List<String>> rules(HostPaths places, PrintStream out)
      throws IOException {
    try {
      List<String> rules = GatesFile.read(places.gates());
      out.println("rules    " + (rules.isEmpty() ? "none, so no hook asks" : rules.size()));
      return Optional.of(rules);
    } catch (NoSuchFileException e) {
      out.println("rules    none, so no hook asks: there is no gates file");
      return Optional.of(List.of());
    } catch (MalformedRecordException e) {
      out.println(
          "rules    the gates file cannot be used, so no hook asks: "
              + e.getMessage()
              + "; restart the agent");
      return Optional.empty();
    }
  }

  @Command(
      description = "From now on no hook of this host asks; each does as it would without rules.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int off() throws IOException {
    HostPaths places = places();
    if (places.trial()) {
      Files.createDirectories(places.etc());
    }
    new KillSwitch(places.gatesOff()).off(user());
    System.err.println("decisions are off: " + places.gatesOff() + forWhom(places));
    return 0;
  }

  @Command(
      description = "From now on hooks ask again.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int on() throws IOException {
    HostPaths places = places();
    new KillSwitch(places.gatesOff()).on();
    System.err.println("decisions are on" + forWhom(places));
    return 0;
  }

  /**
   * Returns a text that says which installation the switch belongs to. libvirt's hooks do not see
   * the environment variable, so the operator must know this.
   */
  private static String forWhom(HostPaths places) {
    return places
        .besideInstallation()
        .map(
            installation ->
                " (for the trial in "
                    + places.data()
                    + " only: this host's own hooks use "
                    + installation
                    + ", for which unset "
                    + HostPaths.VARIABLE
                    + " and run this as root)")
        .orElse("");
  }

  private static String user() {
    String user = System.getProperty("user.name", "");
    return System.getenv().getOrDefault("SUDO_USER", user);
  }

  private static HostPaths places() {
    return new CommonOptions().places();
  }
}
