package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.delivery.RefusalListener;
import dev.hookbridge.envelope.Envelopes;
import java.util.List;

/** Tells of every event that a sink's broker will never take. */
record Refusals(Envelopes envelopes) implements RefusalListener {
  @Override
  public List<Envelope> refused(String sink, Envelope event, Reason reason, String detail) {
    // A refusal that told of refusals would never end.
    return event.route().isAgent()
        ? List.of()
        : List.of(envelopes.refused(event, sink, reason, detail));
  }
}
