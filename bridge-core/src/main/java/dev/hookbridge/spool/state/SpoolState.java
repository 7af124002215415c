package dev.hookbridge.spool.state;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.CursorTable;
import dev.hookbridge.spool.table.Events;
import dev.hookbridge.spool.table.Meta;
import dev.hookbridge.spool.table.Ranges;
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
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * The sequence numbers, the cursors and the ids to forget. They are in memory and on disk. Memory
 * follows the disk after each commit. Only one thread at a time makes a transaction.
 *
 * <p>The set <i>gone</i> holds the numbers without a row. It is stored like the cursor of a sink
 * without a name. Every number in it is confirmed in every cursor.
 */
public final class SpoolState {
  public static final String TAKEN =
      "CREATE TABLE taken (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID";

  private static final String DELETE = "DELETE FROM event WHERE seq BETWEEN ? AND ?";

  /** The name under which the numbers without a row are stored. */
  public static final String NOBODY = "";

  private static final String LAST = "last";
  private static final String EVENTS = "events";

  private final Database db;
  private final Meta meta;
  private final Map<String, Cursor> cursors = new ConcurrentHashMap<>();
  private final Queue<String> toForget = new ConcurrentLinkedQueue<>();
  private final Cursor gone;
  private volatile long last;
  private volatile long events;
  private volatile boolean untrimmed = true;
  private final List<CommitListener> listeners = new CopyOnWriteArrayList<>();
  private @Nullable HighWaterFile outside;
  private @Nullable HighWater known;

  private SpoolState(Database db, Map<String, Cursor> loaded) throws SQLException {
    this.db = db;
    this.meta = new Meta(db);
    this.gone = Optional.ofNullable(loaded.remove(NOBODY)).orElseGet(() -> empty(NOBODY));
    this.cursors.putAll(loaded);
    this.last = meta.number(LAST, 0);
    this.events = meta.number(EVENTS, 0);
  }

  /** Reads the state from the database. */
  public static SpoolState load(Database db) throws SQLException {
    Map<String, Cursor> loaded = new TreeMap<>();
    db.each(
        CursorTable.SELECT,
        row -> {
          String sink = row.getString(1);
          loaded.put(sink, new Cursor(sink, CursorTable.confirmed(row)));
          return true;
        });
    return new SpoolState(db, loaded);
  }

  private static Cursor empty(String sink) {
    return new Cursor(sink, new Ranges());
  }

  /** Returns the highest sequence number so far. */
  public long last() {
    return last;
  }

  /** Returns the number of stored events. */
  public long events() {
    return events;
  }

  public Map<String, Cursor> cursors() {
    return cursors;
  }

  /**
   * Returns the cursor of a sink.
   *
   * @throws IllegalArgumentException when there is no such sink
   */
  public Cursor cursor(String sink) {
    Cursor cursor = cursors.get(sink);
    if (cursor == null) {
      throw new IllegalArgumentException("no sink is called " + sink);
    }
    return cursor;
  }

  /** Returns the numbers without a row. */
  public Cursor gone() {
    return gone;
  }

  /** Returns how many numbers a sink has not confirmed. */
  public long unconfirmed(Cursor cursor) {
    return Math.max(0, last - cursor.count());
  }

  /** Adds a listener that gets every event that is stored from now on. */
  public void listen(CommitListener listener) {
    listeners.add(listener);
  }

  /** Forgets ids with the next transaction. */
  public void forget(Collection<String> ids) {
    toForget.addAll(ids);
  }

  /** Returns whether there is anything to save or to delete. */
  public boolean dirty() {
    return untrimmed || !toForget.isEmpty() || cursors.values().stream().anyMatch(Cursor::dirty);
  }

  /**
   * Runs some work as one transaction. The transaction also saves everything else that waits to be
   * saved.
   */
  public <T> T transact(Work<T> work) throws SQLException {
    Transaction change = new Transaction(last, events);
    db.run("BEGIN IMMEDIATE");
    List<String> forgotten = drain();
    try {
      for (String id : forgotten) {
        db.update("DELETE FROM taken WHERE id = ?", id);
      }
      T result = work.in(db, change);
      save(change);
      db.run("COMMIT");
      mark(change);
      follow(change);
      return result;
    } catch (SQLException | RuntimeException e) {
      toForget.addAll(forgotten);
      rollback(e);
      throw e;
    }
  }

  /** Stores the high-water mark outside the file, before any thread can see a new number. */
  private void mark(Transaction change) {
    if (outside != null && known != null) {
      known = known.after(change);
      outside.write(known);
    }
  }

  /** Stores every commit from now on outside the file, too. */
  public void keep(HighWaterFile file, HighWater now) {
    outside = file;
    known = now;
    file.write(now);
  }

  private void rollback(Exception reason) {
    try {
      db.run("ROLLBACK");
    } catch (SQLException e) {
      // SQLite often has already rolled back, for instance when the disk was full.
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

  /** Stores an event for every sink. */
  public void store(Transaction change, String epoch, Envelope event) throws SQLException {
    long sequence = change.next();
    Events.insert(db, sequence, epoch, event, null);
    change.store(sequence, event);
  }

  /** Stores an event for one sink. For all other sinks its number counts as confirmed. */
  public void storeFor(Transaction change, String epoch, Envelope event, String sink)
      throws SQLException {
    long sequence = change.next();
    Events.insert(db, sequence, epoch, event, sink);
    change.store(sequence, event);
    for (Cursor cursor : cursors.values()) {
      if (!cursor.sink().equals(sink)) {
        change.of(cursor).add(sequence, sequence);
      }
    }
  }

  /** Deletes events that every sink has confirmed. */
  public void delete(Transaction change, long first, long last) throws SQLException {
    change.deleted(db.update(DELETE, first, last));
    change.of(gone).add(first, last);
  }

  /**
   * Deletes the event of a number, or records that it was not stored. The number counts as
   * confirmed for every sink, even if a sink waits for it.
   */
  public void lose(Transaction change, long sequence) throws SQLException {
    lose(change, sequence, sequence);
  }

  private void lose(Transaction change, long first, long last) throws SQLException {
    delete(change, first, last);
    cursors.values().forEach(cursor -> change.of(cursor).add(first, last));
    change.added().values().forEach(cursor -> change.of(cursor).add(first, last));
  }

  /**
   * Skips the numbers up to this one, because they were used and their events are not in the file.
   * They count as confirmed for every sink.
   */
  void skipTo(Transaction change, long number) throws SQLException {
    if (number > change.last()) {
      lose(change, change.last() + 1, number);
      change.skipTo(number);
    }
  }

  /**
   * Deletes events that are missing or damaged. Their numbers count as confirmed for every sink.
   *
   * @return by sink, the numbers that it had not confirmed; all numbers by {@code ""} when there is
   *     no sink
   */
  public Map<String, Ranges> lose(Transaction change, Ranges numbers) throws SQLException {
    Map<String, Ranges> lost = new TreeMap<>();
    if (cursors.isEmpty()) {
      lost.put(NOBODY, numbers);
    }
    for (Cursor cursor : cursors.values()) {
      lost.put(cursor.sink(), numbers.without(change.of(cursor).ranges()));
    }
    for (int i = 0; i < numbers.size(); i++) {
      lose(change, numbers.first(i), numbers.last(i));
    }
    return lost;
  }

  /** Returns the sinks that have not confirmed a number, sorted. */
  public List<String> waiting(Transaction change, long sequence) {
    return cursors.values().stream()
        .filter(cursor -> !change.of(cursor).ranges().contains(sequence))
        .map(Cursor::sink)
        .sorted()
        .toList();
  }

  private void save(Transaction change) throws SQLException {
    for (String sink : change.removed()) {
      db.update("DELETE FROM cursor WHERE sink = ?", sink);
    }
    for (Cursor.Snapshot snapshot : change.snapshots()) {
      CursorTable.write(db, snapshot.sink(), snapshot.ranges());
    }
    meta.put(LAST, change.last());
    meta.put(EVENTS, change.events());
  }

  private void follow(Transaction change) {
    last = change.last();
    events = change.events();
    cursors.putAll(change.added());
    cursors.keySet().removeAll(change.removed());
    for (CommitListener listener : listeners) {
      change.stored().forEach(one -> listener.stored(one.sequence(), one.event()));
    }
    boolean moved = !change.snapshots().isEmpty() || !change.removed().isEmpty();
    untrimmed = (untrimmed || moved) && !change.trimmed();
    change.snapshots().forEach(Cursor.Snapshot::committed);
  }

  /** The work of a transaction. */
  public interface Work<T> {
    T in(Database db, Transaction change) throws SQLException;
  }
}
