package dev.hookbridge.cli;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.FeedReader;
import dev.hookbridge.command.CommonOptions;
import dev.hookbridge.command.Failures;
import dev.hookbridge.command.Line;
import dev.hookbridge.command.Version;
import dev.hookbridge.config.SinkConfig;
import dev.hookbridge.delivery.SinkOptions;
import dev.hookbridge.file.JsonEvent;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Implements {@code hookbridge tail}. It reads from the broker and not from the spool, so it shows
 * what consumers get.
 */
@Command(
    name = "tail",
    description = "Shows events as they are read back from a sink's broker.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class TailCommand implements Callable<Integer> {
  @Mixin CommonOptions setup = new CommonOptions();

  @Parameters(arity = "0..1", paramLabel = "SINK", description = "Default: the first one.")
  @Nullable String name;

  @Option(names = "--json", description = "One CloudEvent a line in JSON, for programs.")
  boolean json;

  @Option(names = "--from-beginning", description = "Begin with the oldest event there is.")
  boolean fromBeginning;

  @Option(names = "--count", paramLabel = "N", description = "End after N events.")
  long count = Long.MAX_VALUE;

  @Option(
      names = "--wait",
      paramLabel = "SECONDS",
      description = "Exit with 1 when no event arrives for this long.")
  long wait = Long.MAX_VALUE;

  @Override
  public Integer call() throws Exception {
    SinkConfig sink = setup.sink(name);
    SinkOptions plan = sink.plan();
    try (FeedReader feed =
        plan.transport()
            .feed(plan.settings(), fromBeginning)
            .orElseThrow(
                () ->
                    new Failures.Failure(
                        "sink "
                            + sink.name()
                            + " of type "
                            + plan.transport().type()
                            + " has no feed to read"))) {
      System.err.println("hookbridge: reading " + sink.name());
      return follow(feed) ? 0 : 1;
    }
  }

  private boolean follow(FeedReader feed) throws Exception {
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    long shown = 0;
    long last = System.nanoTime();
    while (shown < count && !out.checkError()) {
      for (Envelope envelope : feed.poll(Duration.ofMillis(250))) {
        if (shown++ < count) {
          show(out, envelope);
        }
        last = System.nanoTime();
      }
      out.flush();
      if (System.nanoTime() - last > Duration.ofSeconds(Math.min(wait, 1L << 32)).toNanos()) {
        System.err.println("hookbridge: no event for " + wait + " s");
        return false;
      }
    }
    return true;
  }

  private void show(PrintStream out, Envelope envelope) {
    if (json) {
      out.writeBytes(JsonEvent.line(envelope));
    } else {
      out.println(Line.of(envelope));
    }
  }
}
