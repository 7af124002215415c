package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.table.DropRecord;
import java.util.List;
import java.util.Optional;

/**
 * The input of one {@link Spool#append}, which stores it in one transaction. Immutable.
 *
 * @param taken the events from the mailbox. The spool remembers their ids until {@link
 *     Spool#forget}. It skips an event whose id is remembered, because the file of that event came
 *     back after a power cut
 * @param own the agent's own events. They get their sequence numbers after {@code taken}. The spool
 *     does not remember their ids
 * @param note the position in the loss log up to which {@code own} reports losses, in the mailbox's
 *     own format
 * @param reported the drops that {@code own} reports
 * @param reportsPrevious whether {@code own} reports {@link Spool#previous()}
 */
public record Batch(
    List<Envelope> taken,
    List<Envelope> own,
    Optional<String> note,
    List<DropRecord> reported,
    boolean reportsPrevious) {

  public Batch {
    taken = List.copyOf(taken);
    own = List.copyOf(own);
    reported = List.copyOf(reported);
  }

  /** Returns a batch of events from the mailbox. */
  public static Batch of(List<Envelope> taken) {
    return new Batch(taken, List.of(), Optional.empty(), List.of(), false);
  }

  /** Returns a batch of the agent's own events. */
  public static Batch ofOwn(Envelope... own) {
    return of(List.of()).withOwn(List.of(own));
  }

  /** Returns this batch with these events as the agent's own events. */
  public Batch withOwn(List<Envelope> events) {
    return new Batch(taken, events, note, reported, reportsPrevious);
  }

  /**
   * Returns this batch with a note: its own events report the losses up to there. The spool stores
   * the note and does not interpret it.
   */
  public Batch reporting(String note) {
    return new Batch(taken, own, Optional.of(note), reported, reportsPrevious);
  }

  /** Returns this batch with the drops that its own events report. */
  public Batch reporting(List<DropRecord> drops) {
    return new Batch(taken, own, note, drops, reportsPrevious);
  }

  /** Returns this batch, marked: its own event reports the previous epoch. */
  public Batch reportingPrevious() {
    return new Batch(taken, own, note, reported, true);
  }
}
