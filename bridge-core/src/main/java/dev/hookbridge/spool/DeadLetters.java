package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.spool.repair.OpenedSpool;
import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.state.Epoch;
import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.state.Transaction;
import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.DeadTable;
import dev.hookbridge.spool.table.DroppedEvents;
import dev.hookbridge.spool.table.SpooledEvent;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * The dead letters: events that a sink's broker cannot accept as they are. They are kept apart, so
 * that the other events go on. The number and the bytes of dead letters are bounded for each sink.
 * A person lists them, and requests a retry, with {@link SpoolView}. Thread-safe.
 */
public final class DeadLetters {
  private static final int MOST_DETAIL = 1024;
  private static final int AT_ONCE = 100;

  private final SpoolWriter writer;
  private final SpoolState state;
  private final Epoch epoch;
  private final DiskBudget diskBudget;
  private final Limits limits;
  private final DroppedEvents drops;
  private final Runnable wake;

  DeadLetters(
      SpoolWriter writer,
      OpenedSpool opening,
      DiskBudget diskBudget,
      Limits limits,
      DroppedEvents drops,
      Runnable wake) {
    this.writer = writer;
    this.state = opening.state();
    this.epoch = opening.epoch();
    this.diskBudget = diskBudget;
    this.limits = limits;
    this.drops = drops;
    this.wake = wake;
  }

  /**
   * Makes an event a dead letter of a sink. In one transaction it stores the dead letter, confirms
   * the event for the sink, and stores the agent's events about it. Does nothing when the sink has
   * already confirmed the event.
   *
   * @param detail the explanation of the broker or client; cut to 1,024 characters
   * @param reported the agent's events that report the dead letter
   * @return false when there is no room: nothing was stored, and the sink must hold the event
   */
  public boolean park(
      String sink, SpooledEvent event, Reason reason, String detail, List<Envelope> reported)
      throws SpoolException {
    String cut = detail.substring(0, Math.min(detail.length(), MOST_DETAIL));
    boolean parked =
        writer.transact(
            (db, change) -> park(db, change, sink, event, reason.word(), cut, reported));
    if (parked && !reported.isEmpty()) {
      wake.run();
    }
    return parked;
  }

  private boolean park(
      Database db,
      Transaction change,
      String sink,
      SpooledEvent event,
      String reason,
      String detail,
      List<Envelope> reported)
      throws SQLException {
    Cursor.Snapshot cursor = change.of(state.cursor(sink));
    if (cursor.ranges().contains(event.sequence())) {
      return true;
    }
    if (!fits(db, sink, event.envelope(), reported)) {
      return false;
    }
    DeadTable.insert(db, sink, event, reason, detail);
    change.park();
    cursor.add(event.sequence(), event.sequence());
    for (Envelope own : reported) {
      state.store(change, epoch.name(), own);
    }
    return true;
  }

  private boolean fits(Database db, String sink, Envelope event, List<Envelope> reported)
      throws SQLException {
    long need = diskBudget.pages(event) + reported.stream().mapToLong(diskBudget::pages).sum();
    return DeadTable.count(db, sink) < limits.deadEvents()
        && DeadTable.bytes(db, sink) + event.size() <= limits.deadBytes()
        && need <= diskBudget.room();
  }

  /**
   * Returns the oldest unroutable dead letter of each route of a sink. Leaves out dead letters for
   * which a retry is requested.
   *
   * @param after the dead letter number after which the result begins
   * @param most the maximum number of results, which are ordered by dead letter number
   */
  public List<DeadTable.Unrouted> unrouted(String sink, long after, int most)
      throws SpoolException {
    return writer.alone(db -> DeadTable.unrouted(db, sink, after, most));
  }

  /** Returns the event of a dead letter; empty when the dead letter no longer exists. */
  public Optional<Envelope> event(long number) throws SpoolException {
    return writer.alone(db -> DeadTable.envelope(db, number));
  }

  /**
   * Requests a retry of all unroutable dead letters of a sink and key.
   *
   * @return the number of these dead letters
   */
  public int retryUnrouted(String sink, String key) throws SpoolException {
    return writer.transact((db, change) -> DeadTable.retryUnrouted(db, sink, key));
  }

  /** Returns the number of dead letters of a sink. */
  public long count(String sink) throws SpoolException {
    return writer.alone(db -> DeadTable.count(db, sink));
  }

  /**
   * Puts the dead letters with a requested retry back into the spool, for their sink only. The
   * event and its id stay the same. It gets a new sequence number and the attribute {@code
   * replayed}. The agent calls this method every second. A dead letter stays when its sink is no
   * longer configured, and all of them stay while there is no room.
   *
   * @return the number of replayed dead letters
   */
  public int replay() throws SpoolException {
    int all = 0;
    int some = AT_ONCE;
    while (some == AT_ONCE) {
      some = writer.transact(this::replaySome);
      all += some;
    }
    if (all > 0) {
      wake.run();
    }
    return all;
  }

  private int replaySome(Database db, Transaction change) throws SQLException {
    int replayed = 0;
    for (DeadTable.Asked asked : DeadTable.asked(db, AT_ONCE)) {
      if (!state.cursors().containsKey(asked.sink())) {
        db.update("UPDATE dead SET retry = 0 WHERE number = ?", asked.number());
      } else if (replay(db, change, asked)) {
        replayed++;
      }
    }
    return replayed;
  }

  private boolean replay(Database db, Transaction change, DeadTable.Asked asked)
      throws SQLException {
    Envelope event = DeadTable.envelope(db, asked.number()).orElse(null);
    if (event == null) {
      drops.add(DroppedEvents.DAMAGED, List.of(asked.sink()), asked.sequence(), "");
      DeadTable.delete(db, asked.number());
      return false;
    }
    if (diskBudget.pages(event) > diskBudget.room()) {
      return false;
    }
    state.storeFor(change, epoch.name(), event.with("replayed", "true"), asked.sink());
    DeadTable.delete(db, asked.number());
    return true;
  }
}
