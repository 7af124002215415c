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
 * Reads pages of events. Any number of threads may read at the same time. Each read uses its own
 * connection, and only while it reads the page: an open read transaction prevents SQLite from
 * restarting the write-ahead log.
 */
final class PageReader implements AutoCloseable {
  private static final int CACHE_KIB = 512;

  /** The index of the column after those of {@link Events#COLUMNS}. */
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

  PageReader(Path file) {
    this.file = file;
  }

  /**
   * Reads the next events that a cursor has not confirmed.
   *
   * @param after the sequence number after which the page begins
   * @param last the last sequence number to read
   * @param admission asked before the data of each event is read
   * @return a page with no event, or with at least one event of any size
   */
  static Page page(
      Database db,
      Cursor cursor,
      long after,
      long last,
      int maxEvents,
      long maxBytes,
      ReadLimit admission)
      throws SQLException {
    Page page = new Page(maxEvents, maxBytes, admission);
    long from = cursor.nextAbsent(after + 1);
    while (from <= last && !page.full) {
      long until = Math.min(last, cursor.nextPresent(from) - 1);
      from = cursor.nextAbsent(page.read(db, cursor.sink(), from, until) + 1);
    }
    return page;
  }

  /** Reads one event. */
  static Page one(Database db, long sequence) throws SQLException {
    Page page = new Page(1, Long.MAX_VALUE, ReadLimit.ALL);
    page.next = sequence;
    page.until = sequence;
    db.first(ONE, page::add, sequence);
    page.missing(sequence + 1);
    return page;
  }

  /**
   * Returns the attribute {@code time} of an event, that is when the hook was called. Empty when
   * the event is missing, or its time cannot be parsed.
   */
  static Optional<Instant> time(Database db, long sequence) throws SQLException {
    Optional<String> time =
        db.first("SELECT time FROM event WHERE seq = ?", row -> row.getString(1), sequence);
    try {
      return time.map(Instant::parse);
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** Returns the lock that stops all reads. A read waits while another thread holds the lock. */
  Lock pause() {
    return turns.writeLock();
  }

  <T> T with(SpoolWriter.Access<T> reading) throws SQLException {
    turns.readLock().lock();
    try {
      return unpaused(reading);
    } finally {
      turns.readLock().unlock();
    }
  }

  private <T> T unpaused(SpoolWriter.Access<T> reading) throws SQLException {
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
   * Events up to a count and a size. The first event is always taken, whatever its size. The page
   * also holds suspects: sequence numbers whose row is missing, or does not match its checksum.
   */
  static final class Page {
    private final List<SpooledEvent> events = new ArrayList<>();
    private final Ranges suspects = new Ranges();
    private final int maxEvents;
    private final long maxBytes;
    private final ReadLimit admission;
    private long bytes;
    private int rows;
    private long next;
    private long until;
    private boolean full;

    private Page(int maxEvents, long maxBytes, ReadLimit admission) {
      this.maxEvents = maxEvents;
      this.maxBytes = maxBytes;
      this.admission = admission;
    }

    List<SpooledEvent> events() {
      return events;
    }

    /**
     * Returns the numbers that the writer must examine. Another thread may have dropped these
     * events in the meantime.
     */
    Ranges suspects() {
      return suspects;
    }

    /**
     * Takes back the admission of all events of this page, because they are not used and will be
     * read again.
     */
    void withdraw() {
      events.forEach(event -> admission.withdraw());
    }

    /**
     * Reads on within a range in which every number must have a row.
     *
     * @return the last number that was read
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

    /**
     * Adds a row to the page. Returns whether the page needs more rows. Does not read the data of
     * an event that does not fit.
     */
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
