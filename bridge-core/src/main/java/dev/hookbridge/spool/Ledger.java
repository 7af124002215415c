package dev.hookbridge.spool;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/**
 * The numbers, the cursors and the ids to forget: in memory, on disk, and one following the other.
 * Transactions are made by one thread at a time.
 *
 * <p>The set <i>gone</i> holds the numbers whose rows are no more; it is kept like the cursor of a
 * sink without a name. Every number that is gone is confirmed in every cursor.
 */
final class Ledger {
  static final String CURSORS =
      "CREATE TABLE cursor (sink TEXT PRIMARY KEY, low INTEGER NOT NULL, confirmed TEXT NOT NULL)";
  static final String TAKEN =
      "CREATE TABLE taken (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID";

  /** Cursors ride along with appends, but no more often than this. */
  private static final long RIDE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final String WRITE_CURSOR = "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)";
  private static final String NOBODY = "";
  private static final String LAST = "last";
  private static final String EVENTS = "events";

  private final Database db;
  private final Meta meta;
  private final Map<String, Cursor> cursors = new ConcurrentHashMap<>();
  private final Queue<String> toForget = new ConcurrentLinkedQueue<>();
  private final Cursor gone;
  private volatile long last;
  private volatile long events;
  private long savedAt = System.nanoTime();

  private Ledger(Database db, Map<String, Cursor> loaded) throws SQLException {
    this.db = db;
    this.meta = new Meta(db);
    this.gone = Optional.ofNullable(loaded.remove(NOBODY)).orElseGet(() -> empty(NOBODY));
    this.cursors.putAll(loaded);
    this.last = meta.number(LAST, 0);
    this.events = meta.number(EVENTS, 0);
  }

  static Ledger load(Database db) throws SQLException {
    Map<String, Cursor> loaded = new TreeMap<>();
    db.each(
        "SELECT sink, confirmed FROM cursor",
        row -> {
          String sink = row.getString(1);
          loaded.put(sink, new Cursor(sink, Ranges.parse(row.getString(2))));
          return true;
        });
    return new Ledger(db, loaded);
  }

  private static Cursor empty(String sink) {
    return new Cursor(sink, new Ranges());
  }

  long last() {
    return last;
  }

  long events() {
    return events;
  }

  Map<String, Cursor> cursors() {
    return cursors;
  }

  Cursor gone() {
    return gone;
  }

  /** How many numbers a sink has not confirmed. */
  long unconfirmed(Cursor cursor) {
    return Math.max(0, last - cursor.count());
  }

  void forget(Collection<String> ids) {
    toForget.addAll(ids);
  }

  /** Whether there is anything to save. */
  boolean dirty() {
    return !toForget.isEmpty() || gone.dirty() || cursors.values().stream().anyMatch(Cursor::dirty);
  }

  /** Does some work as one transaction, with whatever else waits to be saved. */
  <T> T transact(Work<T> work) throws SQLException {
    Change change = new Change(last, events);
    db.run("BEGIN IMMEDIATE");
    List<String> forgotten = drain();
    try {
      for (String id : forgotten) {
        db.update("DELETE FROM taken WHERE id = ?", id);
      }
      T result = work.in(change);
      save(change);
      db.run("COMMIT");
      follow(change);
      return result;
    } catch (SQLException | RuntimeException e) {
      toForget.addAll(forgotten);
      rollback(e);
      throw e;
    }
  }

  private void rollback(Exception reason) {
    try {
      db.run("ROLLBACK");
    } catch (SQLException e) {
      // SQLite has often rolled back already, for instance when the disk was full.
      reason.addSuppressed(e);
    }
  }

  private List<String> drain() {
    List<String> ids = new ArrayList<>();
    for (String id = toForget.poll(); id != null; id = toForget.poll()) {
      ids.add(id);
    }
    return ids;
  }

  /** Deletes events for good: gone, and confirmed as far as every sink is concerned. */
  void delete(Change change, long first, long last) throws SQLException {
    change.deleted(db.update("DELETE FROM event WHERE seq BETWEEN ? AND ?", first, last));
    change.of(gone).add(first, last);
  }

  private void save(Change change) throws SQLException {
    for (String sink : change.removed()) {
      db.update("DELETE FROM cursor WHERE sink = ?", sink);
    }
    if (System.nanoTime() - savedAt > RIDE_NANOS) {
      cursors.values().stream()
          .filter(cursor -> cursor.dirty() && !change.removed().contains(cursor.sink()))
          .forEach(change::of);
    }
    for (Cursor.Snapshot snapshot : change.snapshots()) {
      Ranges ranges = snapshot.ranges();
      db.update(WRITE_CURSOR, snapshot.sink(), ranges.low(), ranges.toString());
    }
    meta.put(LAST, change.last());
    meta.put(EVENTS, change.events());
  }

  private void follow(Change change) {
    last = change.last();
    events = change.events();
    cursors.putAll(change.added());
    cursors.keySet().removeAll(change.removed());
    if (!change.snapshots().isEmpty()) {
      change.snapshots().forEach(Cursor.Snapshot::committed);
      savedAt = System.nanoTime();
    }
  }

  /** What is done within a transaction. */
  interface Work<T> {
    T in(Change change) throws SQLException;
  }
}
