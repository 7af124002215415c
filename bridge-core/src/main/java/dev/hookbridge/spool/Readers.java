package dev.hookbridge.spool;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Faults;
import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.Events;
import dev.hookbridge.spool.table.Ranges;
import dev.hookbridge.spool.table.SpooledEvent;
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

/**
 * Reads pages of events, any number of threads at a time, each with a connection of its own for as
 * long as the page takes: a read transaction that stays open keeps the write-ahead log from being
 * begun anew.
 */
final class Readers implements AutoCloseable {
  private static final int CACHE_KIB = 512;

  /** The column behind those of {@link Events#COLUMNS}. */
  private static final int SIZE = 11;

  private static final String PAGE =
      "SELECT "
          + Events.COLUMNS
          + ", size FROM event WHERE seq BETWEEN ? AND ?"
          + " AND (only_sink IS NULL OR only_sink = ?) ORDER BY seq LIMIT ?";

  private static final String ONE = "SELECT " + Events.COLUMNS + ", size FROM event WHERE seq = ?";

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
   * @param admission asked for room for an event before its data is read
   * @return no event, or at least one whatever its size
   */
  static Page page(
      Database db,
      Cursor cursor,
      long after,
      long last,
      int maxEvents,
      long maxBytes,
      Admission admission)
      throws SQLException {
    Page page = new Page(maxEvents, maxBytes, admission);
    long from = cursor.nextAbsent(after + 1);
    while (from <= last && !page.full) {
      long until = Math.min(last, cursor.nextPresent(from) - 1);
      from = cursor.nextAbsent(page.read(db, cursor.sink(), from, until) + 1);
    }
    return page;
  }

  /** One event. */
  static Page one(Database db, long sequence) throws SQLException {
    Page page = new Page(1, Long.MAX_VALUE, Admission.ALL);
    page.next = sequence;
    page.until = sequence;
    db.first(ONE, page::add, sequence);
    page.missing(sequence + 1);
    return page;
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

  /**
   * Events up to a count and a size, the first of which is taken whatever its size; and the numbers
   * that should have been there and were not, or whose rows are not what was written.
   */
  static final class Page {
    private final List<SpooledEvent> events = new ArrayList<>();
    private final Ranges suspects = new Ranges();
    private final int maxEvents;
    private final long maxBytes;
    private final Admission admission;
    private long bytes;
    private int rows;
    private long next;
    private long until;
    private boolean full;

    private Page(int maxEvents, long maxBytes, Admission admission) {
      this.maxEvents = maxEvents;
      this.maxBytes = maxBytes;
      this.admission = admission;
    }

    List<SpooledEvent> events() {
      return events;
    }

    /** Numbers that the writer must examine. Another thread may have dropped them meanwhile. */
    Ranges suspects() {
      return suspects;
    }

    /** Its events are not used, but read again. */
    void withdraw() {
      events.forEach(event -> admission.withdraw());
    }

    /**
     * Reads on within a range in which every number must have a row.
     *
     * @return the number up to which all is read
     */
    private long read(Database db, String sink, long from, long until) throws SQLException {
      int room = maxEvents - events.size();
      rows = 0;
      next = from;
      this.until = until;
      db.each(PAGE, this::add, from, until, sink, room);
      if (rows < room && !full) {
        missing(until + 1);
      }
      return next - 1;
    }

    private void missing(long upTo) {
      if (next < upTo) {
        suspects.add(next, upTo - 1);
        next = upTo;
      }
    }

    /** Whether more is wanted. The data of what finds no room is not read. */
    private boolean add(ResultSet row) throws SQLException {
      rows++;
      long sequence = row.getLong(1);
      long size = Math.max(0, row.getLong(SIZE));
      bytes += size;
      full = (!events.isEmpty() && bytes > maxBytes) || !admission.admit(size);
      if (!full) {
        take(sequence, Events.intact(row));
        full = events.size() >= maxEvents || bytes >= maxBytes;
      }
      return !full;
    }

    private void take(long sequence, Optional<SpooledEvent> event) throws SQLException {
      if (sequence < next || sequence > until) {
        throw Faults.corrupt("event " + sequence + " is found where it does not belong");
      }
      missing(sequence);
      next = sequence + 1;
      if (event.isPresent()) {
        events.add(event.get());
      } else {
        admission.withdraw();
        suspects.add(sequence, sequence);
      }
    }
  }
}
