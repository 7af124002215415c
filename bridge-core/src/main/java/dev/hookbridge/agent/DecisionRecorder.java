package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.decision.Decisions;
import dev.hookbridge.envelope.Decision;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.record.GateOutcome;
import dev.hookbridge.record.HookCall;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Connects the mailbox thread with decisions. The mailbox, decision and envelope packages do not
 * know each other's types.
 */
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

  /**
   * Returns the event {@code decision.made} for an outcome that a shim reported. This record is the
   * only source of that event.
   */
  Envelope made(GateOutcome outcome) {
    Decision decision = Decision.of(outcome);
    decisions.made(decision);
    return envelopes.made(decision, outcome.id());
  }

  /**
   * Reports an ingested call to the decisions, and counts the calls whose hook could not read the
   * rules.
   */
  void taken(HookCall call, Envelope event) {
    if (!call.gates().isEmpty()) {
      Counter.builder("hookbridge.gates.unusable")
          .description("Calls whose hook could not read the rules, and so asked no decider")
          .tag("reason", call.gates())
          .register(meters)
          .increment();
    }
    if (gates.enabled()) {
      decisions.taken(call, event);
    }
  }
}
