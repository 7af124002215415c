package dev.hookbridge.agent;

import dev.hookbridge.Envelope;
import dev.hookbridge.Reason;
import dev.hookbridge.delivery.Reports;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.spool.Batch;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.SpoolException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of every event that a sink's broker will never take. */
final class Refusals implements Reports {
  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  private final Spool spool;
  private final Envelopes envelopes;

  Refusals(Spool spool, Envelopes envelopes) {
    this.spool = spool;
    this.envelopes = envelopes;
  }

  @Override
  public void refused(String sink, Envelope event, Reason reason, String detail) {
    if (event.route().isAgent()) {
      return; // a refusal that told of refusals would never end
    }
    try {
      spool.append(Batch.ofOwn(envelopes.refused(event, sink, reason, detail)));
    } catch (SpoolException e) {
      LOG.warn("sink {} refused {}, and no event could tell: {}", sink, event, e.getMessage());
    }
  }
}
