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
 * Handles requests that have been read completely. If the answer needs no event, the gate thread
 * gives it at once. Otherwise a few worker threads make the event, so a large request does not
 * delay the answers to others.
 */
public final class GateRequestHandler {
  private static final Logger LOG = LoggerFactory.getLogger(GateRequestHandler.class);

  /**
   * Minimum size of a large document, in bytes. Parsing one takes many times its size in memory, so
   * only one is parsed at a time.
   */
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

  /** Answers or refuses a connection. The methods are safe for any thread. */
  interface Ways {
    void answer(GateConnection gateConnection, byte[] record);

    void refuse(GateConnection gateConnection, DecisionMeters.Refused why);
  }

  /**
   * Handles a request that has ended. Only the gate thread calls it.
   *
   * @throws MalformedRecordException if the bytes are not the beginning of a call
   */
  void heard(GateConnection gateConnection, Ways ways) throws MalformedRecordException {
    HookCall head = Records.head(gateConnection.bytes(), gateConnection.size());
    List<Rule> matching = rules.stream().filter(rule -> rule.matches(head)).toList();
    Consumer<DecisionResult> end = decided -> ways.answer(gateConnection, decided.answer());
    if (matching.isEmpty()) {
      end.accept(DecisionResult.NOT_ASKED);
      return;
    }
    PendingDecision pending =
        new PendingDecision(
            head, matching, gateConnection.since(), end.andThen(over(gateConnection)));
    gateConnection.pending(pending);
    if (!gateConnection.whole()) {
      pending.settleAll(Cause.BUSY);
      return;
    }
    for (Rule rule : matching) {
      clock.at(pending.deadline(rule), () -> pending.expire(System.nanoTime()));
    }
    byte[] bytes = gateConnection.bytes();
    int size = gateConnection.size();
    try {
      workers.execute(() -> ask(gateConnection, bytes, size, pending, ways));
    } catch (RejectedExecutionException e) {
      pending.settleAll(Cause.BUSY);
    }
  }

  private Consumer<DecisionResult> over(GateConnection gateConnection) {
    return decided -> {
      PendingDecision pending = gateConnection.pending();
      if (pending != null) {
        dispatcher.ended(pending);
      }
    };
  }

  private void ask(
      GateConnection gateConnection, byte[] bytes, int size, PendingDecision pending, Ways ways) {
    try {
      if (pending.isOver()) {
        return; // the deadline passed before a worker was free
      }
      HookCall call = Records.call(bytes, size);
      gateConnection.release();
      dispatcher.ask(pending, event(call));
    } catch (MalformedRecordException e) {
      LOG.debug("a request is not a valid record: {}", e.getMessage());
      ways.refuse(gateConnection, DecisionMeters.Refused.DAMAGED);
    } catch (RuntimeException | Error e) {
      LOG.error("a call cannot be asked about, on-error holds", e);
      pending.settleAll(Cause.ERROR);
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
