package dev.hookbridge.agent;

import dev.hookbridge.decision.Decisions;
import dev.hookbridge.delivery.SinkWorker;
import dev.hookbridge.metrics.Health;
import java.util.ArrayList;
import java.util.List;

/** Reports the health of the agent's parts for {@code /healthy} and {@code /ready}. */
final class AgentHealth implements Health {
  private final FolderMonitor lookout;
  private final Intake intake;
  private final Housekeeping housekeeping;
  private final List<SinkWorker> sinkWorkers;
  private final Decisions decisions;

  AgentHealth(
      FolderMonitor lookout,
      Intake intake,
      Housekeeping housekeeping,
      List<SinkWorker> sinkWorkers,
      Decisions decisions) {
    this.lookout = lookout;
    this.intake = intake;
    this.housekeeping = housekeeping;
    this.sinkWorkers = sinkWorkers;
    this.decisions = decisions;
  }

  @Override
  public List<Part> alive() {
    List<Part> parts = new ArrayList<>();
    parts.add(new Part("mailbox", !intake.dead(), intake.dead() ? "its thread has ended" : ""));
    parts.add(new Part("gate", decisions.alive(), decisions.alive() ? "" : "its thread has ended"));
    sinkWorkers.forEach(
        sinkWorker ->
            parts.add(
                new Part(
                    "sink " + sinkWorker.name(),
                    sinkWorker.alive(),
                    sinkWorker.alive() ? "" : "its thread has ended")));
    return parts;
  }

  @Override
  public List<Part> ready() {
    List<Part> parts = new ArrayList<>();
    parts.add(part("mailbox", intake.problem(), lookout.mailbox()));
    parts.add(part("spool", housekeeping.problem(), lookout.spool()));
    for (SinkWorker sinkWorker : sinkWorkers) {
      parts.add(
          new Part("sink " + sinkWorker.name(), sinkWorker.connected(), sinkWorker.problem()));
    }
    return parts;
  }

  /**
   * Combines two checks of a stage. The problem that the stage itself reports has priority over the
   * state of its directories.
   */
  private static Part part(String name, String problem, String folders) {
    String wrong = problem.isEmpty() ? folders : problem;
    return new Part(name, wrong.isEmpty(), wrong);
  }
}
