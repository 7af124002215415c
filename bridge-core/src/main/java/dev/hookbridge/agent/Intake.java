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
 * The way in: takes calls from the mailbox, makes events of them, stores a batch of them in one
 * transaction, removes the files, and only when that is durable lets the ids be forgotten.
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
  private final Consumer<Step> steps;
  private final Consumer<SpoolException> failed;
  private final CallMeters meters;
  private final Watchdog storing = new Watchdog("calls cannot be stored in the spool");
  private volatile boolean stopping;
  private volatile boolean ended;
  private volatile String problem = "";

  /** What could not be told so far, because the spool was full. */
  private final List<Envelope> unreported = new ArrayList<>();

  private boolean remembersEarlier = true;
  private long taken;
  private long shownAt = System.nanoTime();

  Intake(
      Mailbox mailbox,
      Envelopes envelopes,
      Spool spool,
      DecisionRecorder verdicts,
      DecisionEventQueue decisionEventQueue,
      MeterRegistry registry,
      Consumer<Step> steps,
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
    steps.accept(Step.TAKEN);
    List<Envelope> events = new ArrayList<>();
    decisionEventQueue.turn().lock();
    try {
      if (!store(batch, events)) {
        return;
      }
    } finally {
      decisionEventQueue.turn().unlock();
    }
    steps.accept(Step.STORED);
    count(batch.mails());
    mailbox.remove(batch.mails());
    steps.accept(Step.REMOVED);
    spool.forget(events.stream().map(Envelope::id).toList());
    forgetEarlier();
    steps.accept(Step.FORGOTTEN);
    progress(batch.mails().size());
  }

  /** False when the agent stops before the spool takes it. */
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
    // Until this has succeeded nothing of the batch is let go: the files stay where they are.
    while (!append(Batch.of(events).withOwn(unreported).telling(mailbox.note()))) {
      if (stopping) {
        decisionEventQueue.notStored(events);
        return false;
      }
      LockSupport.parkNanos(PAUSE);
    }
    return true;
  }

  /** A call's event, behind it who was asked about it, behind that what was decided. */
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

  /** Ids of the agent before are of use until every file it may have left is taken in. */
  private void forgetEarlier() {
    if (remembersEarlier && mailbox.caughtUp()) {
      storing.begin(); // a disk that hangs holds this too, and the calls behind it
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

  /** What keeps calls from being taken in; empty when nothing does. */
  String problem() {
    return problem.isEmpty() ? storing.problem() : problem;
  }

  /** Whether its thread has ended without having been asked to. */
  boolean dead() {
    return ended && !stopping;
  }

  /** Ends after the batch under way. */
  void stop() {
    stopping = true;
  }
}
