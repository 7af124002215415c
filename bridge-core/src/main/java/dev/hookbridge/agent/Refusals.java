package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.delivery.RefusalListener;
import dev.hookbridge.envelope.Envelopes;
import java.util.List;

/** Makes an event for each event that a sink's broker refuses for good. */
record Refusals(Envelopes envelopes) implements RefusalListener {
  @Override
  public List<Envelope> refused(String sink, Envelope event, Reason reason, String detail) {
    // Refused agent events are not reported: each report could be refused again, without end.
    return event.route().isAgent()
        ? List.of()
        : List.of(envelopes.refused(event, sink, reason, detail));
  }
}
