package dev.hookbridge.cli;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.command.Failures;
import dev.hookbridge.command.Line;
import dev.hookbridge.command.Version;
import dev.hookbridge.file.JsonEvent;
import dev.hookbridge.spool.SpoolView;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DeadLetter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Implements {@code hookbridge spool dead}: lists, retries and exports dead letters. A sink's
 * broker never accepts these events in their present form.
 */
@Command(
    name = "dead",
    description = "The dead letters: events that a sink's broker refused.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND")
final class DeadCommand {
  private static final int PAGE = 500;

  @Command(
      description = "A line each: number, sink, reason, event, detail.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int list() throws SpoolException {
    try (SpoolView spool = SpoolCommand.open()) {
      for (DeadLetter deadLetter : letters(spool)) {
        System.out.println(
            Line.safe(
                String.format(
                    "%6d  %s  %-12s %-12s %s %s %s: %s%s",
                    deadLetter.number(),
                    deadLetter.parked(),
                    deadLetter.sink(),
                    deadLetter.reason(),
                    deadLetter.type(),
                    deadLetter.object(),
                    deadLetter.id(),
                    deadLetter.detail(),
                    deadLetter.retry() ? " (to be sent again)" : "")));
      }
    }
    return 0;
  }

  @Command(
      description = "Asks the agent to send dead letters again, marked as replayed.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int retry(
      @Parameters(arity = "0..*", paramLabel = "NUMBER", description = "As 'dead list' shows them.")
          @Nullable List<Long> numbers,
      @Option(names = "--sink", paramLabel = "SINK", description = "All of this sink.")
          @Nullable String sink)
      throws SpoolException, Failures.Failure {
    try (SpoolView spool = SpoolCommand.open()) {
      List<Long> named = numbers == null ? List.of() : numbers;
      if (sink == null && named.isEmpty()) {
        throw new Failures.Failure("name numbers from 'dead list', or use --sink SINK");
      }
      int asked = sink == null ? spool.requestRetry(named) : spool.requestRetry(sink);
      long missing = sink == null ? named.stream().distinct().count() - asked : 0;
      if (asked == 0 || missing > 0) {
        throw new Failures.Failure(
            (asked == 0 ? "nothing is sent again: " : asked + " will be sent again by the agent: ")
                + (sink == null
                    ? "'spool dead list' does not have " + missing + " of these numbers"
                    : "'spool dead list' has none of sink '" + sink + "'"));
      }
      System.err.printf("%d dead letters will be sent again by the agent%n", asked);
      return 0;
    }
  }

  @Command(
      description = "The dead letters as CloudEvents in JSON, one a line.",
      mixinStandardHelpOptions = true,
      versionProvider = Version.class)
  int export(
      @Option(names = "--to", paramLabel = "FILE", description = "Default: stdout.")
          @Nullable Path file,
      @Option(names = "--discard", description = "Remove what was written.") boolean discard)
      throws SpoolException, IOException {
    try (SpoolView spool = SpoolCommand.open()) {
      List<Long> written = new ArrayList<>();
      try (OutputStream out = new BufferedOutputStream(SpoolCommand.stream(file))) {
        List<DeadLetter> letters = letters(spool);
        Progress progress = new Progress("exported", letters.size());
        for (DeadLetter deadLetter : letters) {
          Optional<Envelope> event = spool.deadEvent(deadLetter.number());
          if (event.isPresent()) {
            out.write(JsonEvent.line(event.get()));
            written.add(deadLetter.number());
            progress.add(1);
          }
        }
        progress.end();
        if (written.size() < letters.size()) {
          System.err.printf(
              "%d dead letters were not written: they are damaged, or were sent meanwhile%n",
              letters.size() - written.size());
        }
      }
      if (discard) {
        spool.discard(written);
      }
    }
    return 0;
  }

  private static List<DeadLetter> letters(SpoolView spool) throws SpoolException {
    List<DeadLetter> all = new ArrayList<>();
    long after = 0;
    for (List<DeadLetter> page = spool.deadLetters(after, PAGE);
        !page.isEmpty();
        page = spool.deadLetters(after, PAGE)) {
      all.addAll(page);
      after = page.get(page.size() - 1).number();
    }
    return all;
  }
}
