package dev.hookbridge.decision;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.SinkContext;
import dev.hookbridge.decision.gate.ConnectionLimiter;
import dev.hookbridge.decision.gate.GateFolder;
import dev.hookbridge.decision.gate.GateRequestHandler;
import dev.hookbridge.decision.gate.GateSocket;
import dev.hookbridge.decision.gate.GatesFile;
import dev.hookbridge.decision.request.ChannelSupervisor;
import dev.hookbridge.decision.request.DeadlineQueue;
import dev.hookbridge.decision.request.DecisionTransport;
import dev.hookbridge.decision.request.PendingRequest;
import dev.hookbridge.decision.request.RequestDispatcher;
import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.envelope.Decision;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.mailbox.Boot;
import dev.hookbridge.record.HookCall;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The entry point of decisions. It asks deciders about the calls that rules select, and answers the
 * shims that wait. Without rules it only makes sure that the gates file contains none.
 *
 * <p>Thread-safe. No method waits for a broker. After {@link #open} no method waits for the disk.
 */
public final class Decisions implements AutoCloseable {
  private static final int WORKERS = 2;
  private static final int QUEUE = 256;

  private final DecisionMeters meters;
  private @Nullable Running running;

  private record Running(
      Map<String, ChannelSupervisor> lines,
      RequestDispatcher dispatcher,
      GateSocket socket,
      Thread gate,
      DryRunEvaluator observer,
      Thread observing,
      ThreadPoolExecutor workers) {}

  private Decisions(DecisionMeters meters) {
    this.meters = meters;
  }

  /**
   * The environment of the decisions.
   *
   * @param folder the directory {@code gates.d}
   * @param host the host's name
   * @param decisionTransports the sinks that rules name, by sink name
   */
  public record Site(Path folder, String host, Map<String, DecisionTransport> decisionTransports) {}

  /**
   * Writes the gates file. If there are rules, opens the gate and the channels to the deciders.
   *
   * @param rules the configured rules, including those with mode off
   * @param report receives events for the feed; it must be quick, must not wait, and runs on any
   *     thread
   * @throws IOException if the directory or the socket cannot be used; the message is one sentence
   */
  public static Decisions open(
      List<Rule> rules,
      Site site,
      Envelopes envelopes,
      MeterRegistry registry,
      Consumer<Envelope> report)
      throws IOException {
    List<Rule> on = rules.stream().filter(rule -> rule.mode() != Rule.Mode.OFF).toList();
    Decisions decisions = new Decisions(new DecisionMeters(registry, on));
    if (!on.isEmpty()) {
      decisions.running = decisions.start(on, site, envelopes, registry, report);
    }
    if (!on.isEmpty() || GatesFile.isThere(site.folder())) {
      try {
        // The gates file is last, so no shim sends a request before the gate is open.
        GatesFile.write(site.folder(), GatesFile.of(rules));
      } catch (IOException e) {
        decisions.close();
        throw new IOException(
            "the gates file in "
                + site.folder()
                + " cannot be written ("
                + e.getMessage()
                + "): run layout.sh, then the agent as the folder's owner",
            e);
      }
    }
    return decisions;
  }

  private Running start(
      List<Rule> rules,
      Site site,
      Envelopes envelopes,
      MeterRegistry registry,
      Consumer<Envelope> report)
      throws IOException {
    DeadlineQueue clock = new DeadlineQueue();
    Map<String, ChannelSupervisor> lines = new LinkedHashMap<>();
    RequestDispatcher dispatcher = new RequestDispatcher(lines, envelopes, report, meters);
    ThreadPoolExecutor workers = workers();
    GateRequestHandler reception =
        new GateRequestHandler(rules, envelopes, dispatcher, clock, workers);
    long memory = Math.max(24 << 20, Runtime.getRuntime().maxMemory() / 4);
    ConnectionLimiter connectionLimiter = new ConnectionLimiter(memory, meters);
    GateFolder folder = new GateFolder(site.folder(), Boot.ofKernel());
    GateSocket socket = new GateSocket(folder, reception, clock, connectionLimiter, meters);
    DryRunEvaluator observer =
        new DryRunEvaluator(
            rules, dispatcher, clock, envelopes, meters, report, () -> socket.errand(() -> {}));
    meters.waiting(connectionLimiter::waiting);
    for (Rule rule : rules) {
      lines.computeIfAbsent(
          rule.via(),
          via -> line(site.decisionTransports().get(via), site.host(), registry, dispatcher));
    }
    lines.values().forEach(ChannelSupervisor::start);
    Thread gate = daemon(socket, "gate");
    Thread observing = daemon(observer, "observer");
    gate.start();
    observing.start();
    return new Running(lines, dispatcher, socket, gate, observer, observing, workers);
  }

  private ChannelSupervisor line(
      @Nullable DecisionTransport decisionTransport,
      String host,
      MeterRegistry registry,
      RequestDispatcher dispatcher) {
    if (decisionTransport == null) {
      throw new IllegalStateException("a rule goes over a sink that is not there");
    }
    ChannelSupervisor line =
        new ChannelSupervisor(
            decisionTransport,
            new SinkContext(decisionTransport.name(), host, registry),
            dispatcher);
    meters.channel(decisionTransport.name(), line::ready);
    return line;
  }

  private static ThreadPoolExecutor workers() {
    AtomicInteger number = new AtomicInteger();
    return new ThreadPoolExecutor(
        WORKERS,
        WORKERS,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(QUEUE),
        task -> daemon(task, "gate-" + number.incrementAndGet()));
  }

  private static Thread daemon(Runnable what, String name) {
    Thread thread = new Thread(what, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Evaluates the rules with mode observe that match an ingested call. The call may be old. */
  public void taken(HookCall call, Envelope event) {
    Running now = running;
    if (now != null) {
      now.observer().taken(call, event);
    }
  }

  /** Counts the outcome that a shim reported. */
  public void made(Decision decision) {
    meters.made(decision);
  }

  /** Returns the requests that deciders have not answered yet, the longest wait first. */
  public List<PendingRequest> pending() {
    Running now = running;
    return now == null ? List.of() : now.dispatcher().pending();
  }

  /** Returns whether the gate thread is alive and can answer shims. It is true without rules. */
  public boolean alive() {
    Running now = running;
    return now == null || now.gate().isAlive();
  }

  /**
   * Answers the waiting shims with their rules' {@code on-error} and closes everything. The gates
   * file stays. From now on the shim applies {@code on-agent-absent}.
   */
  @Override
  public void close() {
    Running now = running;
    running = null;
    if (now == null) {
      return;
    }
    now.socket().stop();
    now.observer().stop();
    now.observing().interrupt();
    now.workers().shutdownNow();
    try {
      now.gate().join(TimeUnit.SECONDS.toMillis(3));
      now.observing().join(TimeUnit.SECONDS.toMillis(3));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    now.lines().values().forEach(ChannelSupervisor::close);
  }
}
