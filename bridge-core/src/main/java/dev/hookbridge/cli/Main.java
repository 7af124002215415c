package dev.hookbridge.cli;

import dev.hookbridge.check.CheckCommand;
import dev.hookbridge.command.Failures;
import dev.hookbridge.command.Version;
import dev.hookbridge.decider.DecideCommand;
import dev.hookbridge.doctor.DoctorCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Starts {@code hookbridge}. Exit codes: 0 done, 1 failed, 2 usage error. */
@Command(
    name = "hookbridge",
    description = "The bridge from libvirt's hook scripts to Kafka and RabbitMQ.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      AgentCommand.class,
      FireCommand.class,
      TailCommand.class,
      CheckCommand.class,
      DoctorCommand.class,
      DecisionsCommand.class,
      SpoolCommand.class,
      DecideCommand.class,
      HooksCommand.class
    },
    footer = {
      "",
      "Exit codes: 0 done, 1 failed, 2 usage.",
      "The data folder is /var/lib/hookbridge, or the one HOOKBRIDGE_DATA_DIR names."
    })
public final class Main {
  Main() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    return commandLine().execute(arguments);
  }

  /** Returns the command line with all commands. */
  public static CommandLine commandLine() {
    CommandLine main =
        new CommandLine(new Main())
            .setExecutionExceptionHandler(new Failures())
            .setUsageHelpAutoWidth(true);
    DecideCommand.prepare(main);
    return main;
  }
}
