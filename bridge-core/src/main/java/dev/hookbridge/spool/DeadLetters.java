package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.spool.repair.Opening;
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
 * Events that a sink's broker cannot take as they are, kept apart so that others go on. Bounded for
 * each sink. A person lists them and asks for another try with {@link SpoolView}. Safe between
 * threads.
 */
public final class DeadLetters {
  private static final int MOST_DETAIL = 1024;
  private static final int AT_ONCE = 100;

  private final Writer writer;
  private final SpoolState ledger;
  private final Epoch epoch;
  private final DiskBudget diskBudget;
  private final Limits limits;
  private final DroppedEvents drops;
  private final Runnable wake;

  DeadLetters(
      Writer writer,
      Opening opening,
      DiskBudget diskBudget,
      Limits limits,
      DroppedEvents drops,
      Runnable wake) {
    this.writer = writer;
    this.ledger = opening.ledger();
    this.epoch = opening.epoch();
    this.diskBudget = diskBudget;
    this.limits = limits;
    this.drops = drops;
    this.wake = wake;
  }

  /**
   * Puts an event aside for a sink, confirms it for that sink and stores what is to be told of it,
   * all in one transaction. One that the sink has confirmed already is left as it is.
   *
   * @param detail cut to 1,024 characters
   * @param told the agent's events about it
   * @return false when there is no room: nothing has happened, the sink must hold the event
   */
  public boolean park(
      String sink, SpooledEvent event, Reason reason, String detail, List<Envelope> told)
      throws SpoolException {
    String cut = detail.substring(0, Math.min(detail.length(), MOST_DETAIL));
    boolean parked =
        writer.transact((db, change) -> park(db, change, sink, event, reason.word(), cut, told));
    if (parked && !told.isEmpty()) {
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
      List<Envelope> told)
      throws SQLException {
    Cursor.Snapshot cursor = change.of(ledger.cursor(sink));
    if (cursor.ranges().contains(event.sequence())) {
      return true;
    }
    if (!fits(db, sink, event.envelope(), told)) {
      return false;
    }
    DeadTable.insert(db, sink, event, reason, detail);
    change.park();
    cursor.add(event.sequence(), event.sequence());
    for (Envelope own : told) {
      ledger.store(change, epoch.name(), own);
    }
    return true;
  }

  private boolean fits(Database db, String sink, Envelope event, List<Envelope> told)
      throws SQLException {
    long need = diskBudget.pages(event) + told.stream().mapToLong(diskBudget::pages).sum();
    return DeadTable.count(db, sink) < limits.deadEvents()
        && DeadTable.bytes(db, sink) + event.size() <= limits.deadBytes()
        && need <= diskBudget.room();
  }

  /**
   * For each route the oldest dead letter of a sink that had no route and is not asked for again,
   * by number and above one.
   */
  public List<DeadTable.Unrouted> unrouted(String sink, long after, int most)
      throws SpoolException {
    return writer.alone(db -> DeadTable.unrouted(db, sink, after, most));
  }

  /** The event of one, empty when it is no longer there. */
  public Optional<Envelope> event(long number) throws SpoolException {
    return writer.alone(db -> DeadTable.envelope(db, number));
  }

  /**
   * Asks for all of a sink and key that had no route.
   *
   * @return how many there are
   */
  public int retryUnrouted(String sink, String key) throws SpoolException {
    return writer.transact((db, change) -> DeadTable.retryUnrouted(db, sink, key));
  }

  /** How many a sink has. */
  public long count(String sink) throws SpoolException {
    return writer.alone(db -> DeadTable.count(db, sink));
  }

  /**
   * Brings back the dead letters that were asked to be sent again, for their sink alone: the same
   * event and id under a new number, with the attribute {@code replayed}. To be called every
   * second. Those of a sink that is no more stay, and so do all while there is no room.
   *
   * @return how many
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
      if (!ledger.cursors().containsKey(asked.sink())) {
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
    ledger.storeFor(change, epoch.name(), event.with("replayed", "true"), asked.sink());
    DeadTable.delete(db, asked.number());
    return true;
  }
}
