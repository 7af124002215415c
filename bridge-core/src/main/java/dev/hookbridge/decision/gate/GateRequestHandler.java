package dev.hookbridge.decision.gate;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.decision.request.DeadlineQueue;
import dev.hookbridge.decision.request.DecisionResult;
import dev.hookbridge.decision.request.PendingDecision;
import dev.hookbridge.decision.request.RequestDispatcher;
import dev.hookbridge.decision.rule.Cause;
import dev.hookbridge.decision.rule.DecisionMeters;
import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.mailbox.ByteBudget;
import dev.hookbridge.record.HookCall;
import dev.hookbridge.record.MalformedRecordException;
import dev.hookbridge.record.Records;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes asks that have been read: what can be said at once is said at once, by the gate's thread;
 * what needs the event is made by a few workers, so that a large one delays no other's answer.
 */
public final class GateRequestHandler {
  private static final Logger LOG = LoggerFactory.getLogger(GateRequestHandler.class);

  /** Reading a large document takes many times its size: one at a time. */
  private static final int LARGE = 1 << 20;

  private final List<Rule> rules;
  private final Envelopes envelopes;
  private final RequestDispatcher dispatcher;
  private final DeadlineQueue clock;
  private final Executor workers;
  private final Object large = new Object();

  public GateRequestHandler(
      List<Rule> rules,
      Envelopes envelopes,
      RequestDispatcher dispatcher,
      DeadlineQueue clock,
      Executor workers) {
    this.rules = rules.stream().filter(rule -> rule.mode() == Rule.Mode.ENFORCE).toList();
    this.envelopes = envelopes;
    this.dispatcher = dispatcher;
    this.clock = clock;
    this.workers = workers;
  }

  /** How to answer, and how to let go what cannot be answered. By any thread. */
  interface Ways {
    void answer(GateConnection gateConnection, byte[] record);

    void refuse(GateConnection gateConnection, DecisionMeters.Refused why);
  }

  /**
   * An ask has ended. For the gate's thread.
   *
   * @throws MalformedRecordException when it is not even the beginning of a call
   */
  void heard(GateConnection gateConnection, Ways ways) throws MalformedRecordException {
    HookCall head = Records.head(gateConnection.bytes(), gateConnection.size());
    List<Rule> matching = rules.stream().filter(rule -> rule.matches(head)).toList();
    Consumer<DecisionResult> end = decided -> ways.answer(gateConnection, decided.answer());
    if (matching.isEmpty()) {
      end.accept(DecisionResult.NOT_ASKED);
      return;
    }
    PendingDecision asking =
        new PendingDecision(
            head, matching, gateConnection.since(), end.andThen(over(gateConnection)));
    gateConnection.asking(asking);
    if (!gateConnection.whole()) {
      asking.settleAll(Cause.BUSY);
      return;
    }
    for (Rule rule : matching) {
      clock.at(asking.deadline(rule), () -> asking.expire(System.nanoTime()));
    }
    byte[] bytes = gateConnection.bytes();
    int size = gateConnection.size();
    try {
      workers.execute(() -> ask(gateConnection, bytes, size, asking, ways));
    } catch (RejectedExecutionException e) {
      asking.settleAll(Cause.BUSY);
    }
  }

  private Consumer<DecisionResult> over(GateConnection gateConnection) {
    return decided -> {
      PendingDecision asking = gateConnection.asking();
      if (asking != null) {
        dispatcher.ended(asking);
      }
    };
  }

  private void ask(
      GateConnection gateConnection, byte[] bytes, int size, PendingDecision asking, Ways ways) {
    try {
      if (asking.isOver()) {
        return; // nobody came to it in time
      }
      HookCall call = Records.call(bytes, size);
      gateConnection.release();
      dispatcher.ask(asking, event(call));
    } catch (MalformedRecordException e) {
      LOG.debug("an ask is no record: {}", e.getMessage());
      ways.refuse(gateConnection, DecisionMeters.Refused.DAMAGED);
    } catch (RuntimeException | Error e) {
      LOG.error("a call cannot be asked about, on-error holds", e);
      asking.settleAll(Cause.ERROR);
    }
  }

  private Envelope event(HookCall call) {
    int size = call.input().length();
    if (size < LARGE) {
      return envelopes.of(call);
    }
    synchronized (large) {
      ByteBudget.Share share = ByteBudget.ofHeap().take(2L * size);
      try {
        return envelopes.of(call);
      } finally {
        share.close();
      }
    }
  }
}
