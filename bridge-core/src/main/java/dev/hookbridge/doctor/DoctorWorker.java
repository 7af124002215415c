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
 * The process of a {@link PrivilegedWorker}: {@code host|agent TOKEN}, then the arguments of the
 * whole command line. Says {@link DoctorLine}s on stdout.
 */
final class DoctorWorker {
  private DoctorWorker() {}

  /** The command line as the user gave it, of which this process needs one command. */
  @Command(name = "hookbridge", subcommands = DoctorCommand.class)
  private static final class Root {}

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
    Runtime.getRuntime().halt(0); // threads may still wait for what never answers
  }
}
