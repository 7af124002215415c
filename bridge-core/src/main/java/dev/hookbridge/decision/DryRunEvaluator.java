package dev.hookbridge.decision;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.decision.request.DeadlineQueue;
import dev.hookbridge.decision.request.DecisionResult;
import dev.hookbridge.decision.request.PendingDecision;
import dev.hookbridge.decision.request.RequestDispatcher;
import dev.hookbridge.decision.rule.Cause;
import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.DecisionMeters.Unobserved;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.envelope.Decision;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.record.HookCall;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Evaluates the rules with mode observe (dry run) for calls that are already ingested. The hooks of
 * these calls have ended or do not wait for the result. The result becomes an event and has no
 * other effect.
 *
 * <p>One thread, named {@code observer}. {@link #taken} is safe for any thread and never waits.
 */
final class DryRunEvaluator implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(DryRunEvaluator.class);
  private static final int MOST_OPEN = 256;
  private static final long MOST_BYTES = 8 << 20;

  private record Taken(HookCall call, Envelope event, List<Rule> rules, long at) {}

  private final List<Rule> rules;
  private final RequestDispatcher dispatcher;
  private final DeadlineQueue clock;
  private final Envelopes envelopes;
  private final DecisionMeters meters;
  private final Consumer<Envelope> report;
  private final Runnable wake;
  private final LinkedBlockingQueue<Taken> queue = new LinkedBlockingQueue<>();
  private final AtomicLong queued = new AtomicLong();
  private final AtomicInteger open = new AtomicInteger();
  private volatile boolean stopping;

  /**
   * Creates an evaluator.
   *
   * @param wake makes the gate thread check the deadlines again
   */
  DryRunEvaluator(
      List<Rule> rules,
      RequestDispatcher dispatcher,
      DeadlineQueue clock,
      Envelopes envelopes,
      DecisionMeters meters,
      Consumer<Envelope> report,
      Runnable wake) {
    this.rules = rules.stream().filter(rule -> rule.mode() == Rule.Mode.OBSERVE).toList();
    this.dispatcher = dispatcher;
    this.clock = clock;
    this.envelopes = envelopes;
    this.meters = meters;
    this.report = report;
    this.wake = wake;
  }

  /** Queues an ingested call and its event for evaluation. */
  void taken(HookCall call, Envelope event) {
    List<Rule> matching = rules.stream().filter(rule -> rule.matches(call)).toList();
    if (matching.isEmpty()) {
      return;
    }
    long age = System.currentTimeMillis() - call.time() / 1_000_000;
    List<Rule> fresh = matching.stream().filter(rule -> age < rule.timeout().toMillis()).toList();
    if (fresh.isEmpty()) {
      meters.unobserved(Unobserved.OLD); // decisions of a backlog would be about the past
    } else if (open.get() >= MOST_OPEN || queued.addAndGet(event.size()) > MOST_BYTES) {
      queued.addAndGet(open.get() >= MOST_OPEN ? 0 : -event.size());
      meters.unobserved(Unobserved.OVERFLOW);
    } else {
      open.incrementAndGet();
      queue.add(new Taken(call, event, fresh, System.nanoTime()));
    }
  }

  @Override
  public void run() {
    while (!stopping) {
      try {
        Taken next = queue.poll(500, TimeUnit.MILLISECONDS);
        if (next != null) {
          queued.addAndGet(-next.event().size());
          ask(next);
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException e) {
        LOG.error("a call cannot be observed, going on", e);
      }
    }
  }

  private void ask(Taken taken) {
    PendingDecision[] self = new PendingDecision[1];
    PendingDecision pending =
        new PendingDecision(
            taken.call(),
            taken.rules(),
            taken.at(),
            decided -> {
              open.decrementAndGet();
              dispatcher.ended(self[0]);
              report(taken, decided);
            });
    self[0] = pending;
    for (Rule rule : taken.rules()) {
      clock.at(pending.deadline(rule), () -> pending.expire(System.nanoTime()));
    }
    wake.run();
    dispatcher.ask(pending, taken.event());
  }

  private void report(Taken taken, DecisionResult decided) {
    if (decided.cause() == Cause.NOT_ASKED) {
      return; // no condition was true
    }
    Decision decision =
        Decision.observed(
            taken.call(),
            Instant.now(),
            decided.veto(),
            decided.cause().word(),
            decided.rule(),
            decided.reason(),
            (System.nanoTime() - taken.at()) / 1_000_000,
            decided.rules());
    meters.made(decision);
    report.accept(envelopes.made(decision, null));
  }

  void stop() {
    stopping = true;
  }
}
