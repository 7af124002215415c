package dev.hookbridge.cli;

import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Line;
import dev.hookbridge.command.Version;
import dev.hookbridge.file.JsonEvent;
import dev.hookbridge.spool.SinkStatus;
import dev.hookbridge.spool.SpoolView;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.SpooledEvent;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Implements {@code hookbridge spool}: shows and exports the events that are stored on this host.
 * It works with and without a running agent.
 */
@Command(
    name = "spool",
    description = "Shows and exports the events stored on this host.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = DeadCommand.class)
final class SpoolCommand {
  private static final int PAGE = 500;

  /** Opens the spool of this host. */
  static SpoolView open() throws SpoolException {
    return SpoolView.open(new CommonOptions().places().spool());
  }

  @Command(
      description = "Epoch, numbers, size, and each sink's position.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int status() throws SpoolException {
    PrintStream out = System.out;
    try (SpoolView spool = open()) {
      out.printf("epoch    %s%n", spool.epoch());
      out.printf("last     %d%n", spool.last());
      out.printf("events   %d%n", spool.events());
      out.printf("bytes    %d%n", spool.bytes());
      for (SinkStatus sink : spool.sinks()) {
        out.printf(
            "sink     %s: %d unconfirmed, %d dead letters, all up to %d confirmed%n",
            sink.sink(), sink.unconfirmed(), sink.dead(), sink.low());
      }
    }
    return 0;
  }

  @Command(
      description = "The events held, oldest first, a line each.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int list(
      @Option(
              names = "--count",
              paramLabel = "N",
              defaultValue = "100",
              description = "How many; default: ${DEFAULT-VALUE}.")
          int count,
      @Option(
              names = "--after",
              paramLabel = "SEQUENCE",
              defaultValue = "0",
              description = "Only those with a higher number; default: ${DEFAULT-VALUE}.")
          long after)
      throws SpoolException {
    try (SpoolView spool = open()) {
      for (SpooledEvent stored : spool.events(after, count)) {
        System.out.printf("%12d  %s%n", stored.sequence(), Line.of(stored.envelope()));
      }
    }
    return 0;
  }

  @Command(
      description = "All events held, as CloudEvents in JSON, one a line.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int export(
      @Option(names = "--to", paramLabel = "FILE", description = "Default: stdout.")
          @Nullable Path file)
      throws SpoolException, IOException {
    try (SpoolView spool = open();
        OutputStream out = new BufferedOutputStream(stream(file))) {
      Progress progress = new Progress("exported", spool.events());
      long after = 0;
      for (List<SpooledEvent> page = spool.events(after, PAGE);
          !page.isEmpty();
          page = spool.events(after, PAGE)) {
        for (SpooledEvent stored : page) {
          out.write(JsonEvent.line(stored.envelope()));
          after = stored.sequence();
        }
        progress.add(page.size());
      }
      progress.end();
    }
    return 0;
  }

  /**
   * Opens a file, or stdout. {@code close} fails unless everything was written, and then a file is
   * durable. So events may be discarded afterwards. {@code System.out} would not report a full
   * disk.
   */
  static OutputStream stream(@Nullable Path file) throws IOException {
    return file == null
        ? new FileOutputStream(FileDescriptor.out)
        : new FileOutputStream(file.toFile()) {
          @Override
          public void close() throws IOException {
            if (getFD().valid() && Files.isRegularFile(file)) {
              getFD().sync();
            }
            super.close();
          }
        };
  }
}
