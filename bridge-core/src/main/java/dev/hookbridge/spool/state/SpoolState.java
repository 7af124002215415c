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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The numbers, the cursors and the ids to forget: in memory, on disk, and one following the other.
 * Transactions are made by one thread at a time.
 *
 * <p>The set <i>gone</i> holds the numbers whose rows are no more; it is kept like the cursor of a
 * sink without a name. Every number that is gone is confirmed in every cursor.
 */
public final class SpoolState {
  public static final String TAKEN =
      "CREATE TABLE taken (id TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID";

  /** Cursors ride along with appends, but no more often than this. */
  private static final long RIDE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private static final String DELETE = "DELETE FROM event WHERE seq BETWEEN ? AND ?";

  /** The name under which the numbers that are gone are kept. */
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
  private volatile CommitListener witness = (sequence, event) -> {};
  private long savedAt = System.nanoTime();
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

  public long last() {
    return last;
  }

  public long events() {
    return events;
  }

  public Map<String, Cursor> cursors() {
    return cursors;
  }

  public Cursor cursor(String sink) {
    Cursor cursor = cursors.get(sink);
    if (cursor == null) {
      throw new IllegalArgumentException("no sink is called " + sink);
    }
    return cursor;
  }

  public Cursor gone() {
    return gone;
  }

  /** How many numbers a sink has not confirmed. */
  public long unconfirmed(Cursor cursor) {
    return Math.max(0, last - cursor.count());
  }

  public void witness(CommitListener told) {
    witness = told;
  }

  public void forget(Collection<String> ids) {
    toForget.addAll(ids);
  }

  /** Whether there is anything to save, or cursors were saved and nothing was deleted since. */
  public boolean dirty() {
    return untrimmed || !toForget.isEmpty() || cursors.values().stream().anyMatch(Cursor::dirty);
  }

  /** Does some work as one transaction, with whatever else waits to be saved. */
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

  /** Before anybody can see a new number it is known outside the file. */
  private void mark(Transaction change) {
    if (outside != null && known != null) {
      known = known.after(change);
      outside.write(known);
    }
  }

  /** From now on keeps what is committed known outside the file, too. */
  public void keep(HighWaterFile file, HighWater now) {
    outside = file;
    known = now;
    file.write(now);
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

  /** Stores an event for every sink. */
  public void store(Transaction change, String epoch, Envelope event) throws SQLException {
    long sequence = change.next();
    Events.insert(db, sequence, epoch, event, null);
    change.store(sequence, event);
  }

  /** Stores an event for one sink; the others are done with its number. */
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

  /** A number's event is not there, or no more, though sinks wait for it: they are done with it. */
  public void lose(Transaction change, long sequence) throws SQLException {
    lose(change, sequence, sequence);
  }

  private void lose(Transaction change, long first, long last) throws SQLException {
    delete(change, first, last);
    cursors.values().forEach(cursor -> change.of(cursor).add(first, last));
    change.added().values().forEach(cursor -> change.of(cursor).add(first, last));
  }

  /** Numbers up to this one were given, and their events are not here: no sink waits for them. */
  void skipTo(Transaction change, long number) throws SQLException {
    if (number > change.last()) {
      lose(change, change.last() + 1, number);
      change.skipTo(number);
    }
  }

  /**
   * The events of these numbers are not there, or not what was written: all sinks are done with
   * them.
   *
   * @return by sink the numbers that it had not confirmed, by {@code ""} all when there is no sink
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

  /** The sinks that have not confirmed a number, sorted. */
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
    if (System.nanoTime() - savedAt > RIDE_NANOS) {
      cursors.values().stream()
          .filter(cursor -> cursor.dirty() && !change.removed().contains(cursor.sink()))
          .forEach(change::of);
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
    change.stored().forEach(one -> witness.stored(one.sequence(), one.event()));
    boolean moved = !change.snapshots().isEmpty() || !change.removed().isEmpty();
    untrimmed = (untrimmed || moved) && !change.trimmed();
    if (!change.snapshots().isEmpty()) {
      change.snapshots().forEach(Cursor.Snapshot::committed);
      savedAt = System.nanoTime();
    }
  }

  /** What is done within a transaction. */
  public interface Work<T> {
    T in(Database db, Transaction change) throws SQLException;
  }
}
