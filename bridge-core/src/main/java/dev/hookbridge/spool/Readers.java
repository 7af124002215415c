package dev.hookbridge.spool;

import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongPredicate;

/**
 * Reads pages of events, any number of threads at a time, each with a connection of its own for as
 * long as the page takes: a read transaction that stays open keeps the write-ahead log from being
 * begun anew.
 */
final class Readers implements AutoCloseable {
  private static final int CACHE_KIB = 512;

  /** The column behind those of {@link Events#COLUMNS}. */
  private static final int SIZE = 9;

  private static final String PAGE =
      "SELECT "
          + Events.COLUMNS
          + ", size FROM event WHERE seq BETWEEN ? AND ?"
          + " AND (only_sink IS NULL OR only_sink = ?) ORDER BY seq LIMIT ?";

  private static final String ONE = "SELECT " + Events.COLUMNS + " FROM event WHERE seq = ?";

  private final Path file;
  private final ConcurrentLinkedDeque<Database> idle = new ConcurrentLinkedDeque<>();
  private final ReentrantReadWriteLock turns = new ReentrantReadWriteLock(true);
  private volatile boolean closed;

  Readers(Path file) {
    this.file = file;
  }

  /**
   * The next events that a cursor has not confirmed, above one number and up to another.
   *
   * @param admits whether there is room for an event of a size, asked before its data is read
   * @return none, or at least one whatever its size
   */
  static List<Stored> page(
      Database db,
      Cursor cursor,
      long after,
      long last,
      int maxEvents,
      long maxBytes,
      LongPredicate admits)
      throws SQLException {
    Page page = new Page(maxEvents, maxBytes, admits);
    long from = cursor.nextAbsent(after + 1);
    while (from <= last && !page.full) {
      long until = Math.min(last, cursor.nextPresent(from) - 1);
      int room = maxEvents - page.events.size();
      db.each(PAGE, row -> page.add(row), from, until, cursor.sink(), room);
      from = cursor.nextAbsent(until + 1);
    }
    return page.events;
  }

  static Optional<Stored> one(Database db, long sequence) throws SQLException {
    return db.first(ONE, Events::stored, sequence);
  }

  /** When an event was called, as far as it says so. */
  static Optional<Instant> time(Database db, long sequence) throws SQLException {
    Optional<String> time =
        db.first("SELECT time FROM event WHERE seq = ?", row -> row.getString(1), sequence);
    try {
      return time.map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** Held by whoever wants nothing to be read for a moment. */
  Lock pause() {
    return turns.writeLock();
  }

  <T> T with(Writer.Access<T> reading) throws SQLException {
    turns.readLock().lock();
    try {
      return unpaused(reading);
    } finally {
      turns.readLock().unlock();
    }
  }

  private <T> T unpaused(Writer.Access<T> reading) throws SQLException {
    Database db = idle.poll();
    if (db == null) {
      db = Database.open(file, CACHE_KIB);
    }
    boolean done = false;
    try {
      T result = reading.with(db);
      done = true;
      return result;
    } finally {
      giveBack(db, done);
    }
  }

  private void giveBack(Database db, boolean sound) {
    if (sound) {
      idle.push(db);
    } else {
      db.closeQuietly();
    }
    if (closed) {
      close();
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Database db = idle.poll(); db != null; db = idle.poll()) {
      db.closeQuietly();
    }
  }

  /** Events up to a count and a size; the first is taken whatever its size. */
  private static final class Page {
    private final List<Stored> events = new ArrayList<>();
    private final int maxEvents;
    private final long maxBytes;
    private final LongPredicate admits;
    private long bytes;
    private boolean full;

    Page(int maxEvents, long maxBytes, LongPredicate admits) {
      this.maxEvents = maxEvents;
      this.maxBytes = maxBytes;
      this.admits = admits;
    }

    /** Whether more is wanted. The data of what finds no room is not read. */
    boolean add(ResultSet row) throws SQLException {
      long size = row.getLong(SIZE);
      bytes += size;
      full = (!events.isEmpty() && bytes > maxBytes) || !admits.test(size);
      if (!full) {
        events.add(Events.stored(row));
        full = events.size() >= maxEvents || bytes >= maxBytes;
      }
      return !full;
    }
  }
}
