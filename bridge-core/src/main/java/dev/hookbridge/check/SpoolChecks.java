package dev.hookbridge.check;

import dev.hookbridge.api.Check;
import dev.hookbridge.command.Failures;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.spool.SinkStatus;
import dev.hookbridge.spool.SpoolView;
import dev.hookbridge.spool.sqlite.SpoolException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Warns of events that the next start of the agent discards: unconfirmed events of sinks that are
 * no longer configured.
 */
final class SpoolChecks {
  private SpoolChecks() {}

  /** Returns one line for each sink in the spool that is no longer configured. */
  static List<Check> of(Config config, HostPaths places) {
    if (!Files.isRegularFile(places.spool().resolve("spool.db"))
        || !Files.isWritable(places.spool())) {
      return List.of(); // no agent ran here yet, or the folder check reports it
    }
    Set<String> names =
        config.sinks().stream().map(sink -> sink.name()).collect(Collectors.toSet());
    List<Check> checks = new ArrayList<>();
    try (SpoolView spool = SpoolView.open(places.spool())) {
      spool.sinks().stream()
          .filter(sink -> !names.contains(sink.sink()))
          .sorted(Comparator.comparing(SinkStatus::sink))
          .forEach(sink -> checks.add(removed(sink)));
    } catch (SpoolException e) {
      checks.add(Check.warning("spool " + places.spool(), Failures.sentence(e)));
    }
    return checks;
  }

  private static Check removed(SinkStatus sink) {
    String what = "sink " + sink.sink();
    if (sink.unconfirmed() == 0) {
      return Check.ok(what, "is no longer configured, and has confirmed every event");
    }
    return Check.warning(
        what,
        "is no longer configured and has not confirmed "
            + sink.unconfirmed()
            + (sink.unconfirmed() == 1 ? " event" : " events")
            + ": the agent's next start lets them go for it; put the sink back, or keep them with"
            + " 'hookbridge spool export' first");
  }
}
