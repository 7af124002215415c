package dev.hookbridge.cli;

import dev.hookbridge.config.Places;
import dev.hookbridge.decision.GateSight;
import dev.hookbridge.decision.GatesFile;
import dev.hookbridge.decision.Switch;
import dev.hookbridge.mailbox.DamagedMail;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.CommandLine.Command;

/** The operator's switch, which needs neither broker nor agent, and what the hooks see. */
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
    Places places = places();
    PrintStream out = System.out;
    Switch gates = new Switch(places.gatesOff());
    String by = gates.by().isEmpty() ? "" : " by " + gates.by();
    out.println("switch   " + (gates.enabled() ? "on" : Line.safe("off" + by + ": " + gates)));
    GateSight sight = GateSight.of(places.gates());
    out.println("agent    " + sight.agent());
    out.println("socket   " + sight.socket());
    rules(places, out);
    return 0;
  }

  private static void rules(Places places, PrintStream out) throws IOException {
    try {
      List<String> rules = GatesFile.read(places.gates());
      out.println("rules    " + rules.size());
      rules.forEach(rule -> out.println("rule     " + Line.safe(rule)));
    } catch (NoSuchFileException e) {
      out.println("rules    none: there is no gates file");
    } catch (DamagedMail e) {
      out.println(
          "rules    the gates file is of no use, so no hook asks: "
              + e.getMessage()
              + "; restart the agent");
    }
  }

  @Command(
      description = "From now on no hook of this host asks; each does as it would without rules.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int off() throws IOException {
    Places places = places();
    if (places.trial()) {
      Files.createDirectories(places.etc());
    }
    new Switch(places.gatesOff()).off(user());
    System.err.println("decisions are off: " + places.gatesOff());
    return 0;
  }

  @Command(
      description = "From now on hooks ask again.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int on() throws IOException {
    Places places = places();
    new Switch(places.gatesOff()).on();
    System.err.println("decisions are on");
    return 0;
  }

  private static String user() {
    String user = System.getProperty("user.name", "");
    return System.getenv().getOrDefault("SUDO_USER", user);
  }

  private static Places places() {
    return new Setup().places();
  }
}
