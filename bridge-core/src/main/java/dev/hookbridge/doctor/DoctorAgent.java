package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.check.CheckCommand;
import dev.hookbridge.check.FolderChecks;
import dev.hookbridge.check.RuleChecks;
import dev.hookbridge.check.SinkChecks;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.config.SinkConfig;
import dev.hookbridge.decision.gate.GateStatus;
import java.io.BufferedReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks, as the agent's user, everything that belongs to the agent: configuration, spool, gate,
 * brokers.
 */
final class DoctorAgent {
  /**
   * Time limit of a broker check: twice a client's own timeout, because some clients send two
   * requests one after the other.
   */
  private static final Duration BROKER = Duration.ofSeconds(20);

  private final DoctorCommand command;
  private final CheckRunner round;
  private final BufferedReader in;
  private final String token;
  private final HostPaths places;
  private volatile @Nullable Config read;

  DoctorAgent(DoctorCommand command, CheckRunner round, BufferedReader in, String token) {
    this.command = command;
    this.round = round;
    this.in = in;
    this.token = token;
    this.places = command.setup.places();
  }

  /** Runs all checks of this worker. */
  void examine() {
    round.look("configuration", this::configuration);
    round.look("folders", () -> FolderChecks.of(places));
    Config config = read;
    if (config != null) {
      examine(config);
    }
    round.look("clock", () -> List.of(DoctorClock.look()));
    round.say(DoctorLine.of(DoctorLine.Kind.END, ""));
  }

  private void examine(Config config) {
    DoctorSpool spool = new DoctorSpool(places, config);
    round.look("agent", spool::agent);
    round.look("mail", spool::mail);
    round.look("spool", spool::spool);
    round.look("gate", () -> gate(config, spool));
    round.look("libvirt events", BROKER, () -> DoctorObserver.of(config.observer()));
    List<SinkConfig> well = new ArrayList<>();
    for (SinkConfig sink : config.sinks()) {
      List<Check> found =
          round.look("sink " + sink.name(), BROKER, () -> sink(config, sink, spool));
      if (!CheckCommand.failed(found)) {
        well.add(sink);
      }
    }
    if (!command.noSend && spool.runs() && !well.isEmpty()) {
      new EndToEndProbe(round, in, places, token).send(well);
    }
  }

  private List<Check> configuration() throws Exception {
    Config config = command.setup.config();
    read = config;
    return List.of(
        Check.ok(
            "configuration",
            "read as user "
                + DoctorFolders.self()
                + ", "
                + config.sinks().size()
                + " sinks, host "
                + config.host()));
  }

  private List<Check> gate(Config config, DoctorSpool spool) throws Exception {
    List<Check> checks = new ArrayList<>(RuleChecks.of(config, places));
    if (!checks.isEmpty() && spool.runs()) {
      GateStatus sight = GateStatus.of(places.gates());
      boolean answers = sight.agent().startsWith("alive") && sight.socket().equals("there");
      String said = "agent " + sight.agent() + ", socket " + sight.socket();
      checks.add(
          answers
              ? Check.ok("gate", said)
              : Check.failure(
                  "gate", said + ": hooks treat the agent as absent; restart hookbridge"));
    }
    return checks;
  }

  private List<Check> sink(Config config, SinkConfig sink, DoctorSpool spool) throws Exception {
    List<Check> checks = new ArrayList<>(SinkChecks.of(config, sink, false));
    if (!CheckCommand.failed(checks)) {
      // When the broker cannot be used, the agent's own report would only repeat that.
      spool.says(sink).ifPresent(checks::add);
    }
    spool.dead(sink).ifPresent(checks::add);
    return checks;
  }
}
