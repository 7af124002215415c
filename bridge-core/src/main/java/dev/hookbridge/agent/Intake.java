package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.mailbox.LostCall;
import dev.hookbridge.mailbox.Mailbox;
import dev.hookbridge.mailbox.MailboxEntry;
import dev.hookbridge.record.GateOutcome;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.record.MailboxRecord;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.sqlite.SpoolException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ingests hook calls. It takes calls from the mailbox, makes events of them, stores a batch in one
 * transaction, and removes the files. Only after the removal is durable may the spool forget the
 * ids.
 *
 * <p>One thread, named {@code mailbox}.
 */
final class Intake implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
  private static final Duration WAIT = Duration.ofMillis(500);
  private static final long PAUSE = Duration.ofSeconds(1).toNanos();
  private static final long MANY = 1_000;

  private final Mailbox mailbox;
  private final Envelopes envelopes;
  private final AgentEventMapper agentEventMapper;
  private final Spool spool;
  private final DecisionRecorder verdicts;
  private final DecisionEventQueue decisionEventQueue;
  private final Consumer<IntakeStep> steps;
  private final Consumer<SpoolException> failed;
  private final CallMeters meters;
  private final Watchdog storing = new Watchdog("calls cannot be stored in the spool");
  private volatile boolean stopping;
  private volatile boolean ended;
  private volatile String problem = "";

  /** Loss reports that could not be stored yet because the spool was full. */
  private final List<Envelope> unreported = new ArrayList<>();

  private boolean remembersEarlier = true;
  private boolean earlierRemoved;
  private volatile boolean earlierDurable;
  private long taken;
  private long shownAt = System.nanoTime();

  Intake(
      Mailbox mailbox,
      Envelopes envelopes,
      Spool spool,
      DecisionRecorder verdicts,
      DecisionEventQueue decisionEventQueue,
      MeterRegistry registry,
      Consumer<IntakeStep> steps,
      Consumer<SpoolException> failed) {
    this.mailbox = mailbox;
    this.envelopes = envelopes;
    this.agentEventMapper = new AgentEventMapper(envelopes);
    this.spool = spool;
    this.verdicts = verdicts;
    this.decisionEventQueue = decisionEventQueue;
    this.steps = steps;
    this.failed = failed;
    this.meters = new CallMeters(registry);
  }

  @Override
  public void run() {
    try {
      takeIn();
    } finally {
      ended = true;
    }
  }

  private void takeIn() {
    while (!stopping) {
      try {
        Mailbox.Batch batch = mailbox.take(WAIT);
        if (!batch.isEmpty()) {
          store(batch);
        } else {
          forgetEarlier();
        }
        if (mailbox.caughtUp()) {
          decisionEventQueue.caughtUp();
        }
        problem = "";
      } catch (IOException e) {
        mailbox.lookAgain();
        trouble("the mailbox cannot be read: " + e.getMessage());
      } catch (RuntimeException e) {
        mailbox.lookAgain();
        LOG.error("unexpected failure while taking in calls, going on", e);
        trouble("unexpected: " + e);
      }
    }
  }

  private void store(Mailbox.Batch batch) throws IOException {
    steps.accept(IntakeStep.TAKEN);
    List<Envelope> events = new ArrayList<>();
    decisionEventQueue.turn().lock();
    try {
      if (!store(batch, events)) {
        return;
      }
    } finally {
      decisionEventQueue.turn().unlock();
    }
    steps.accept(IntakeStep.STORED);
    count(batch.mails());
    List<String> ids = events.stream().map(Envelope::id).toList();
    mailbox.remove(
        batch.mails(),
        () -> {
          spool.forget(ids);
          steps.accept(IntakeStep.FORGOTTEN);
        });
    steps.accept(IntakeStep.REMOVED);
    forgetEarlier();
    progress(batch.mails().size());
  }

  /** Stores a batch. Returns false if the agent stops before the spool accepts it. */
  private boolean store(Mailbox.Batch batch, List<Envelope> events) {
    for (LostCall loss : batch.losses()) {
      meters.lost(loss.reason());
      unreported.add(agentEventMapper.lost(loss));
    }
    List<MailboxEntry> mails = batch.mails();
    for (int i = 0; i < mails.size(); i++) {
      MailboxEntry mail = mails.get(i);
      take(mail.letter(), events);
      if (mail.letter() instanceof HookCall call) {
        mails.set(i, new MailboxEntry(mail.name(), call.withoutStdin()));
      }
    }
    // The files of the batch stay in the mailbox until this succeeds.
    while (!append(Batch.of(events).withOwn(unreported).reporting(mailbox.note()))) {
      if (stopping) {
        decisionEventQueue.notStored(events);
        return false;
      }
      LockSupport.parkNanos(PAUSE);
    }
    return true;
  }

  /** Adds a call's event, then its requested decisions, then its outcome. */
  private void take(MailboxRecord letter, List<Envelope> events) {
    if (letter instanceof GateOutcome outcome) {
      events.addAll(decisionEventQueue.of(outcome.call()));
      events.add(verdicts.made(outcome));
      return;
    }
    HookCall call = (HookCall) letter;
    Envelope event = envelopes.of(call);
    spool.keys().learn(event);
    events.add(event);
    events.addAll(decisionEventQueue.of(call.id()));
    verdicts.taken(call, event);
  }

  /**
   * Forgets the ids of the previous agent, after all files that it may have left are ingested and
   * durably removed.
   */
  private void forgetEarlier() {
    if (!earlierRemoved && mailbox.caughtUp()) {
      earlierRemoved = true;
      mailbox.whenDurable(() -> earlierDurable = true);
    }
    if (remembersEarlier && earlierDurable) {
      storing.begin(); // a disk that hangs also blocks this step and all later calls
      try {
        spool.forgetEarlier();
        remembersEarlier = false;
      } catch (SpoolException e) {
        LOG.debug("ids of the agent before are remembered for longer: {}", e.getMessage());
      } finally {
        storing.end();
      }
    }
  }

  private boolean append(Batch batch) {
    storing.begin();
    try {
      if (spool.append(batch).ownStored()) {
        unreported.clear();
      }
      return true;
    } catch (SpoolException e) {
      failed.accept(e);
      trouble(String.valueOf(e.getMessage()));
      return false;
    } finally {
      storing.end();
    }
  }

  private void count(List<MailboxEntry> mails) {
    long now = System.currentTimeMillis();
    for (MailboxEntry mail : mails) {
      if (mail.letter() instanceof HookCall call) {
        meters.taken(call, now);
      }
    }
  }

  private void progress(int more) {
    taken += more;
    long waiting = mailbox.waiting();
    if (System.nanoTime() - shownAt > PAUSE) {
      if (waiting > MANY) {
        LOG.info("taking in a long mailbox: {} calls so far, {} files wait", taken, waiting);
      }
      shownAt = System.nanoTime();
    }
  }

  private void trouble(String what) {
    if (!what.equals(problem)) {
      LOG.error("{}; calls wait in the mailbox meanwhile", what);
    }
    problem = what;
    LockSupport.parkNanos(PAUSE);
  }

  /** Returns the problem that prevents the intake of calls, or an empty string. */
  String problem() {
    return problem.isEmpty() ? storing.problem() : problem;
  }

  /** Returns whether the thread ended without a call of {@link #stop}. */
  boolean dead() {
    return ended && !stopping;
  }

  /** Stops the thread after the current batch. */
  void stop() {
    stopping = true;
  }
}
