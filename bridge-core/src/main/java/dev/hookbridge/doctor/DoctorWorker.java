package dev.hookbridge.doctor;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * Main class of the process of a {@link PrivilegedWorker}. Its arguments are {@code host|agent
 * TOKEN}, then those of the whole command line. It prints {@link DoctorLine}s to stdout.
 */
final class DoctorWorker {
  private DoctorWorker() {}

  /** The root command. This process needs only one of the subcommands. */
  @Command(name = "hookbridge", subcommands = DoctorCommand.class)
  private static final class Root {}

  /** Runs the checks of one worker and ends the process. */
  public static void main(String[] arguments) {
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    CheckRunner round = new CheckRunner(out);
    DoctorCommand command =
        (DoctorCommand)
            Objects.requireNonNull(
                    new CommandLine(new Root())
                        .parseArgs(Arrays.copyOfRange(arguments, 2, arguments.length))
                        .subcommand())
                .commandSpec()
                .userObject();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    if (arguments[0].equals(PrivilegedWorker.HOST)) {
      new DoctorHost(command, round, in, arguments[1]).examine();
    } else {
      new DoctorAgent(command, round, in, arguments[1]).examine();
    }
    out.flush();
    Runtime.getRuntime().halt(0); // some threads may still hang
  }
}
