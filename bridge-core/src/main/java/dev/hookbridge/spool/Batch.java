package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.table.Drop;
import java.util.List;
import java.util.Optional;

/**
 * What one transaction takes in. Immutable.
 *
 * @param taken events from the mailbox: their ids are remembered until {@link Spool#forget}, and
 *     one whose id is remembered is skipped, because its file came back after a power cut
 * @param own the agent's own events, numbered after {@code taken}; their ids are not remembered
 * @param note how far {@code own} tells the record of losses, in the mailbox's own words
 * @param told drops that {@code own} tells of
 * @param tellsPrevious whether {@code own} tells of {@link Spool#previous()}
 */
public record Batch(
    List<Envelope> taken,
    List<Envelope> own,
    Optional<String> note,
    List<Drop> told,
    boolean tellsPrevious) {

  public Batch {
    taken = List.copyOf(taken);
    own = List.copyOf(own);
    told = List.copyOf(told);
  }

  /** Events from the mailbox. */
  public static Batch of(List<Envelope> taken) {
    return new Batch(taken, List.of(), Optional.empty(), List.of(), false);
  }

  /** Events of the agent's own. */
  public static Batch ofOwn(Envelope... own) {
    return of(List.of()).withOwn(List.of(own));
  }

  public Batch withOwn(List<Envelope> events) {
    return new Batch(taken, events, note, told, tellsPrevious);
  }

  /** Its own events tell what the note stands for; the spool keeps it and reads nothing in it. */
  public Batch telling(String note) {
    return new Batch(taken, own, Optional.of(note), told, tellsPrevious);
  }

  /** Its own events tell these drops. */
  public Batch telling(List<Drop> drops) {
    return new Batch(taken, own, note, drops, tellsPrevious);
  }

  /** Its own event tells the previous epoch. */
  public Batch tellingPrevious() {
    return new Batch(taken, own, note, told, true);
  }
}
