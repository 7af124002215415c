package dev.hookbridge.agent;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.envelope.Envelopes;
import dev.hookbridge.envelope.Loss;
import dev.hookbridge.mailbox.LostCall;
import dev.hookbridge.spool.Spool;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.state.PreviousEpoch;
import dev.hookbridge.spool.table.DropRecord;
import dev.hookbridge.text.Ids;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Converts reports of the mailbox and the spool into the agent's own events. The mailbox, spool and
 * envelope packages do not know each other's types.
 */
final class AgentEventMapper {
  private final Envelopes envelopes;

  AgentEventMapper(Envelopes envelopes) {
    this.envelopes = envelopes;
  }

  /**
   * Returns the event for a call that the shim could not write, or for a file that was not a
   * record.
   */
  Envelope lost(LostCall call) {
    boolean known = !call.id().isEmpty();
    String time = known ? Instant.ofEpochSecond(0, call.time()).toString() : null;
    String id = known ? call.id() : null;
    return envelopes.lost(new Loss("mailbox", call.reason(), List.of(), 1, time, time, id));
  }

  /** Returns the event for events that the spool dropped. */
  Envelope lost(DropRecord drop) {
    return envelopes.lost(
        new Loss(
            drop.where(),
            drop.reason(),
            drop.sinks(),
            drop.count().orElse(0),
            text(drop.first()),
            text(drop.last()),
            null));
  }

  private static @org.jspecify.annotations.Nullable String text(OptionalLong number) {
    return number.isPresent() ? Ids.digits(number.getAsLong()) : null;
  }

  /**
   * Returns the event {@code agent.started}. It names the previous epoch of the spool and its last
   * number, if there was a previous epoch, and the name that this host had then, if it is another.
   */
  Envelope started(Spool spool) throws SpoolException {
    Optional<PreviousEpoch> previous = spool.previous();
    if (previous.isEmpty()) {
      return envelopes.started(null, null, null);
    }
    OptionalLong last = previous.get().last();
    return envelopes.started(
        previous.get().epoch(),
        last.isPresent() ? Long.valueOf(last.getAsLong()) : null,
        spool.previousHost().orElse(null));
  }

  /** Returns a heartbeat with the spool's epoch, its last number, and the lag of each sink. */
  Envelope heartbeat(Spool spool, Map<String, Long> lags) {
    return envelopes.heartbeat(spool.epoch(), spool.last(), lags);
  }
}
