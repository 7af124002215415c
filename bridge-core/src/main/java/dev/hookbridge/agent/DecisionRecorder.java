package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.decision.Decisions;
import dev.hookbridge.envelope.Decision;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.record.GateOutcome;
import dev.hookbridge.record.HookCall;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** What the mailbox's thread has to do with decisions; neither room knows the other's words. */
final class DecisionRecorder {
  private final Decisions decisions;
  private final Envelopes envelopes;
  private final KillSwitchMonitor gates;
  private final MeterRegistry meters;

  DecisionRecorder(
      Decisions decisions, Envelopes envelopes, KillSwitchMonitor gates, MeterRegistry meters) {
    this.decisions = decisions;
    this.envelopes = envelopes;
    this.gates = gates;
    this.meters = meters;
  }

  /** A shim has told what it did: the one source of {@code decision.made}. */
  Envelope made(GateOutcome outcome) {
    Decision decision = Decision.of(outcome);
    decisions.made(decision);
    return envelopes.made(decision, outcome.id());
  }

  /** A call was taken in. */
  void taken(HookCall call, Envelope event) {
    if (!call.gates().isEmpty()) {
      Counter.builder("hookbridge.gates.unusable")
          .description("Calls whose hook could not read the rules, and so asked nobody")
          .tag("reason", call.gates())
          .register(meters)
          .increment();
    }
    if (gates.enabled()) {
      decisions.taken(call, event);
    }
  }
}
