package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.Reason;
import dev.hookbridge.check.SinkChecks;
import dev.hookbridge.command.Failures;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.config.SinkConfig;
import dev.hookbridge.http.AgentClient;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.mailbox.MailboxStatus;
import dev.hookbridge.spool.SpoolView;
import dev.hookbridge.spool.sqlite.SpoolException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** Checks whether an agent runs, ingests calls and stores them, and what is waiting there. */
final class DoctorSpool {
  /**
   * A call that waits longer than this is a failure. A healthy agent ingests a call within a
   * second.
   */
  private static final Duration LONG = Duration.ofSeconds(15);

  private final HostPaths places;
  private final Config config;
  private volatile boolean runs;
  private final Map<String, String> failing = new ConcurrentHashMap<>();
  private final Map<String, Long> dead = new ConcurrentHashMap<>();

  DoctorSpool(HostPaths places, Config config) {
    this.places = places;
    this.config = config;
  }

  /** Returns whether an agent runs. It is known after {@link #agent}. */
  boolean runs() {
    return runs;
  }

  /** Checks whether an agent runs and reports itself healthy. */
  List<Check> agent() throws IOException {
    OptionalLong pid = SpoolView.holder(places.spool());
    runs = pid.isPresent();
    if (pid.isEmpty()) {
      return List.of(
          Check.failure(
              "agent",
              places.trial()
                  ? "no agent uses this spool: start 'hookbridge agent'"
                  : "no agent uses the spool: run 'systemctl start hookbridge'; if it stops again, see"
                      + " 'journalctl -u hookbridge'"));
    }
    List<Check> checks = new ArrayList<>();
    checks.add(answers(pid.getAsLong()));
    newer(pid.getAsLong()).ifPresent(checks::add);
    return checks;
  }

  /**
   * Warns when the configuration changed after the agent's start. An agent reads the file only when
   * it starts.
   */
  private Optional<Check> newer(long pid) throws IOException {
    Path file = places.configFile();
    Optional<Instant> started =
        ProcessHandle.of(pid).flatMap(handle -> handle.info().startInstant());
    if (started.isEmpty() || !Files.exists(file)) {
      return Optional.empty();
    }
    Instant changed = Files.getLastModifiedTime(file).toInstant();
    return changed.isAfter(started.get())
        ? Optional.of(
            Check.warning(
                "agent",
                file + " was changed at " + changed + ", after it had started: restart hookbridge"))
        : Optional.empty();
  }

  private Check answers(long pid) {
    String who = "runs as process " + pid;
    Optional<Endpoint> http = config.http();
    if (http.isEmpty() || http.get().address().getPort() == 0) {
      return Check.ok("agent", who + "; its HTTP server is off, so its state cannot be queried");
    }
    try {
      AgentAnswer answer = AgentAnswer.of(http.get(), places);
      answer.failing().forEach(failing::put);
      List<String> own =
          answer.failing().entrySet().stream()
              .filter(part -> !part.getKey().startsWith("sink "))
              .map(part -> part.getKey() + " " + part.getValue())
              .toList();
      return own.isEmpty()
          ? Check.ok("agent", who + " and answers")
          : Check.failure(
              "agent", who + " and reports: " + String.join("; ", own) + "; fix that first");
    } catch (IOException e) {
      if (AgentClient.isImpostor(e)) {
        return Check.failure("agent", Failures.sentence(e));
      }
      return Check.failure(
          "agent",
          who
              + " and does not answer ("
              + Failures.sentence(e)
              + "): was it started with this 'http' setting? see 'journalctl -u hookbridge', then"
              + " restart it");
    }
  }

  /**
   * Returns the agent's own failure report about a sink. The caller has found the sink's broker
   * healthy.
   */
  Optional<Check> says(SinkConfig sink) {
    String detail = failing.get("sink " + sink.name());
    return detail == null
        ? Optional.empty()
        : Optional.of(
            Check.failure(
                SinkChecks.named(sink, "agent"),
                "the running agent says " + detail + ": " + advice(detail)));
  }

  /** Returns what to do when the agent reports a failure that this check did not find. */
  static String advice(String detail) {
    return detail.startsWith(Reason.BLOCKED.word())
        ? "the broker's alarm may be over, run this again"
        : "it may still have an older configuration, restart it";
  }

  /** Checks the mailbox: waiting calls, and files that are not calls. */
  List<Check> mail() throws IOException {
    MailboxStatus sight = MailboxStatus.of(places.mail());
    List<Check> checks = new ArrayList<>();
    String waits =
        sight.files() + " calls wait, the oldest for " + sight.oldest().toSeconds() + " s";
    if (sight.files() == 0) {
      checks.add(Check.ok("mail", "no call waits"));
    } else if (!runs) {
      checks.add(Check.warning("mail", waits + ", until an agent ingests them"));
    } else {
      checks.add(
          sight.oldest().compareTo(LONG) < 0
              ? Check.ok("mail", waits)
              : Check.failure(
                  "mail",
                  waits + ": the agent does not ingest them, 'journalctl -u hookbridge' says why"));
    }
    if (sight.ahead().toSeconds() > 0) {
      checks.add(
          Check.warning(
              "mail",
              "a call is dated "
                  + sight.ahead().toSeconds()
                  + " s in the future: the clock was set back since"));
    }
    aside().ifPresent(checks::add);
    return checks;
  }

  private Optional<Check> aside() throws IOException {
    Path aside = places.spool().resolve("aside");
    if (!Files.isDirectory(aside)) {
      return Optional.empty();
    }
    try (Stream<Path> files = Files.list(aside)) {
      long count = files.count();
      return count == 0
          ? Optional.empty()
          : Optional.of(
              Check.warning(
                  "mail",
                  count
                      + " files were no calls and lie in "
                      + aside
                      + ": look at them, then remove them"));
    }
  }

  /** Checks the size of the spool against its limit and the disk. */
  List<Check> spool() throws SpoolException, IOException {
    if (!runs && Files.notExists(places.spool().resolve("spool.db"))) {
      return List.of(Check.warning("spool", "is not there yet: the first agent makes it"));
    }
    List<Check> checks = new ArrayList<>();
    long taken;
    try (SpoolView spool = SpoolView.open(places.spool())) {
      taken = spool.bytes();
      spool.sinks().forEach(sink -> dead.put(sink.sink(), sink.dead()));
      String size = spool.events() + " events, " + (taken >> 20) + " MiB";
      checks.add(Check.ok("spool", size + ", last number " + spool.last()));
    }
    long most = config.spool().maxBytes();
    long free = Files.getFileStore(places.spool()).getUsableSpace();
    if (taken > most / 10 * 8) {
      checks.add(
          Check.warning(
              "spool",
              "is nearly full ("
                  + (most >> 20)
                  + " MiB at most): check the sinks that lag; when it is full, events are dropped"));
    }
    if (free < most - taken) {
      checks.add(
          Check.warning(
              "spool",
              "may take "
                  + (most >> 20)
                  + " MiB and the disk has "
                  + (free >> 20)
                  + " left: make room, or lower spool.max-bytes"));
    }
    return checks;
  }

  /** Returns a warning when the sink has dead letters. */
  Optional<Check> dead(SinkConfig sink) {
    long letters = dead.getOrDefault(sink.name(), 0L);
    return letters == 0
        ? Optional.empty()
        : Optional.of(
            Check.warning(
                SinkChecks.named(sink, "dead letters"),
                letters + ": 'hookbridge spool dead list' says why"));
  }
}
