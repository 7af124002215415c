package dev.hookbridge.agent;

import dev.hookbridge.api.SinkContext;
import dev.hookbridge.config.Config;
import dev.hookbridge.config.ConfigWarnings;
import dev.hookbridge.config.HostPaths;
import dev.hookbridge.config.SinkConfig;
import dev.hookbridge.decision.Decisions;
import dev.hookbridge.decision.KillSwitch;
import dev.hookbridge.decision.request.DecisionTransport;
import dev.hookbridge.delivery.SinkWorker;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.envelope.HostFacts;
import dev.hookbridge.envelope.LibvirtEvents;
import dev.hookbridge.envelope.redaction.Redaction;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.mailbox.Boot;
import dev.hookbridge.mailbox.Mailbox;
import dev.hookbridge.mailbox.MailboxBarrier;
import dev.hookbridge.metrics.Metrics;
import dev.hookbridge.metrics.MetricsServer;
import dev.hookbridge.observer.Observer;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.RemovedSink;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.state.HostIdentity;
import dev.hookbridge.status.LastEvents;
import dev.hookbridge.status.StatusPage;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The complete agent. It joins the event pipeline and the decisions.
 *
 * <pre>
 * mailbox ──Intake──► envelopes ──► spool ──SinkWorker──► sink (one of each per sink)
 *    ▲                                │ ▲
 *    └── removed after the commit ────┘ ├── Housekeeping: saves, purges, retries, reports losses
 *                                       └── DecisionEventQueue: requests for decisions
 * shim ◄─► Decisions ◄─► deciders             (outcomes arrive through the mailbox)
 * </pre>
 *
 * <p>The agent starts the stages in the order in which an event passes them, except that the
 * mailbox is last. It stops them in reverse order. If the process dies, the next agent repeats the
 * interrupted work. Event ids come from the shim, so consumers can drop repeated events.
 */
public final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  private final Config config;
  private final PrometheusMeterRegistry meters;
  private final Spool spool;
  private final Envelopes envelopes;
  private final List<SinkWorker> sinkWorkers = new ArrayList<>();
  private final ShutdownStack closing = new ShutdownStack();
  private Optional<MetricsServer> server = Optional.empty();
  private final CompletableFuture<String> failure = new CompletableFuture<>();
  private int doors;
  private boolean closed;

  private Agent(Config config, PrometheusMeterRegistry meters, Spool spool, Envelopes envelopes) {
    this.config = config;
    this.meters = meters;
    this.spool = spool;
    this.envelopes = envelopes;
  }

  /**
   * Starts all stages.
   *
   * @throws IOException if a directory or the HTTP address cannot be used
   * @throws SpoolException if the spool belongs to another agent or cannot be used
   */
  public static Agent start(Config config, HostPaths places, String version)
      throws IOException, SpoolException {
    return start(config, places, version, step -> {});
  }

  static Agent start(Config config, HostPaths places, String version, Consumer<IntakeStep> steps)
      throws IOException, SpoolException {
    PrometheusMeterRegistry meters = Metrics.registry(version);
    HostFacts host = HostFacts.detect(version).named(config.host());
    Redaction redaction = Redaction.standard().and(config.redact());
    Spool spool =
        Spool.open(
            places.spool(),
            new HostIdentity(config.host(), host.machineId(), Boot.ofKernel().id()),
            Optional.of(places.runtime()),
            config.spool(),
            meters);
    Envelopes envelopes = new Envelopes(host, redaction, Clock.systemUTC(), spool.keys()::of);
    LastEvents events = LastEvents.of(spool);
    Agent agent = new Agent(config, meters, spool, envelopes);
    agent.closing.push(spool);
    spool.onDamage(agent::failed);
    try {
      List<RemovedSink> orphans = agent.begin(version);
      agent.startSinkWorkers();
      KillSwitchMonitor gates =
          new KillSwitchMonitor(new KillSwitch(places.gatesOff()), envelopes, meters);
      Housekeeping housekeeping = agent.startUpkeep(gates, steps);
      agent.doors = agent.closing.mark();
      DecisionEventQueue decisionEventQueue = new DecisionEventQueue(spool, meters);
      agent.closing.start(decisionEventQueue, "decision-events", decisionEventQueue::stop);
      Decisions decisions = agent.startDecisions(places, decisionEventQueue);
      DecisionRecorder verdicts = new DecisionRecorder(decisions, envelopes, gates, meters);
      Intake intake = agent.startIntake(places, verdicts, decisionEventQueue, steps);
      Observer observer =
          agent.startObserver(places, new LibvirtEvents(host, redaction, Clock.systemUTC()));
      FolderMonitor lookout = new FolderMonitor(places, meters);
      agent.closing.start(lookout, "lookout", lookout::stop);
      var parts =
          new AgentStatus.Parts(
              spool, intake, lookout, housekeeping, agent.sinkWorkers, decisions, gates, observer);
      agent.startServer(
          new AgentHealth(lookout, intake, housekeeping, agent.sinkWorkers, decisions),
          new AgentStatus(config, version, parts, meters, events));
      agent.release(orphans);
      return agent;
    } catch (IOException | SpoolException | RuntimeException e) {
      agent.closing.backTo(0);
      throw e;
    }
  }

  private List<RemovedSink> begin(String version) throws SpoolException {
    Set<String> names = new LinkedHashSet<>();
    config.sinks().forEach(sink -> names.add(sink.name()));
    List<RemovedSink> orphans = spool.sinks(names);
    ConfigWarnings.of(config).forEach(doubt -> LOG.warn("{}: {}", doubt.what(), doubt.message()));
    spool
        .setAside()
        .ifPresent(
            aside ->
                LOG.error(
                    "the spool was damaged ({}); what is intact was saved, the old file is {}, and a"
                        + " new epoch begins",
                    aside.reason(),
                    aside.file()));
    spool.append(Batch.ofOwn(new AgentEventMapper(envelopes).started(spool)).reportingPrevious());
    LOG.info(
        "hookbridge {} on {}: {} events wait in the spool", version, config.host(), spool.events());
    return orphans;
  }

  /**
   * Removes sinks from the spool that are no longer configured. This is the last step of the start,
   * so a start that fails, for example because of a wrong configuration, loses no events.
   */
  private void release(List<RemovedSink> orphans) throws SpoolException {
    spool.release(orphans);
    for (RemovedSink orphan : orphans) {
      LOG.warn(
          "sink {} is no longer configured; {} events it had not confirmed are not kept for it",
          orphan.sink(),
          orphan.unconfirmed());
    }
  }

  private void startSinkWorkers() {
    for (SinkConfig sink : config.sinks()) {
      SinkContext context = new SinkContext(sink.name(), config.host(), meters);
      SinkWorker sinkWorker = new SinkWorker(sink.plan(), spool, context, new Refusals(envelopes));
      sinkWorkers.add(sinkWorker);
      closing.push(sinkWorker);
      sinkWorker.start();
    }
  }

  private Housekeeping startUpkeep(KillSwitchMonitor gates, Consumer<IntakeStep> steps) {
    Housekeeping housekeeping =
        new Housekeeping(
            spool,
            new AgentEventMapper(envelopes),
            sinkWorkers,
            gates,
            meters,
            steps,
            this::failed);
    closing.start(housekeeping, "housekeeping", housekeeping::stop);
    return housekeeping;
  }

  private Decisions startDecisions(HostPaths places, DecisionEventQueue decisionEventQueue)
      throws IOException {
    Map<String, DecisionTransport> decisionTransports = new HashMap<>();
    config.sinks().forEach(sink -> decisionTransports.put(sink.name(), sink.decisionTransport()));
    Decisions.Site site = new Decisions.Site(places.gates(), config.host(), decisionTransports);
    Decisions decisions =
        Decisions.open(config.decisions(), site, envelopes, meters, decisionEventQueue::report);
    closing.push(decisions);
    return decisions;
  }

  private Intake startIntake(
      HostPaths places,
      DecisionRecorder verdicts,
      DecisionEventQueue decisionEventQueue,
      Consumer<IntakeStep> steps)
      throws IOException, SpoolException {
    Mailbox.Places where =
        new Mailbox.Places(
            places.mail(), places.spool().resolve("aside"), places.lost(), places.trial());
    Mailbox mailbox = Mailbox.open(where, spool.note().orElse(""));
    closing.push(mailbox);
    closing.start(mailbox.spares(), "spares", mailbox.spares()::stop);
    Intake intake =
        new Intake(
            mailbox, envelopes, spool, verdicts, decisionEventQueue, meters, steps, this::failed);
    closing.start(intake, "mailbox", intake::stop);
    return intake;
  }

  private Observer startObserver(HostPaths places, LibvirtEvents events) throws IOException {
    ObservationStore store =
        new ObservationStore(
            spool, events, new MailboxBarrier(places.mail()), meters, this::failed);
    closing.start(store, "observations", store::stop);
    Observer observer = Observer.start(config.observer(), store, meters);
    closing.push(observer);
    store.listWith(observer);
    return observer;
  }

  private void startServer(AgentHealth health, AgentStatus status) throws IOException {
    if (config.http().isPresent()) {
      Endpoint http = config.http().get();
      StatusPage page = new StatusPage(status, status.names());
      MetricsServer started = MetricsServer.start(http, meters, health, page.handlers());
      server = Optional.of(started);
      closing.push(started);
      closing.push(page); // stops first: the server would wait for open responses
      if (!http.local() && http.basic().isEmpty()) {
        LOG.warn(
            "everybody who reaches {} sees guests' names: set 'http.basic'", started.address());
      }
    }
  }

  /** Reports a damaged spool. Only a restart can save the intact part of a damaged file. */
  private void failed(SpoolException e) {
    if (e.kind() == SpoolException.Kind.DAMAGED) {
      failure.complete(String.valueOf(e.getMessage()));
    }
  }

  /** Returns a future that completes with an error message when only a restart can help. */
  public CompletableFuture<String> failure() {
    return failure;
  }

  /** Returns the address of the metrics server, or empty if no server is configured. */
  public Optional<InetSocketAddress> http() {
    return server.map(MetricsServer::address);
  }

  /**
   * Stops the agent. It ingests no more calls, delivers for at most the configured drain timeout,
   * and then closes all parts. Undelivered events stay in the spool. New calls stay in the mailbox.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    LOG.info("stopping: {} events wait", waiting());
    closing.backTo(doors); // server, intake, gate: all sources of new work
    try {
      spool.append(Batch.ofOwn(envelopes.stopped("signal")));
    } catch (SpoolException e) {
      LOG.warn("the event agent.stopped could not be stored: {}", e.getMessage());
    }
    drain(config.drainTimeout());
    closing.backTo(0);
    LOG.info("stopped");
  }

  private void drain(Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    long shown = System.nanoTime();
    while (waiting() > 0 && System.nanoTime() < until) {
      java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
      if (System.nanoTime() - shown > 1_000_000_000) {
        shown = System.nanoTime();
        LOG.info("stopping: {} events still to deliver", waiting());
      }
    }
  }

  private long waiting() {
    return sinkWorkers.stream().mapToLong(SinkWorker::lag).max().orElse(0);
  }
}
