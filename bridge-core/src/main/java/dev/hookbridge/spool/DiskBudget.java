package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.repair.OpenedSpool;
import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Faults;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.state.HighWaterFile;
import dev.hookbridge.spool.state.ReserveFile;
import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.state.Transaction;
import dev.hookbridge.spool.table.DroppedEvents;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limit of the spool's size on disk, and the rule for what is dropped at the limit. Used within
 * a transaction.
 *
 * <pre>
 * max-bytes = events and dead letters + log + ballast + high-water mark
 *             └── the file's pages ──┘  └─ an eighth each, at most 16 MiB ─┘
 * </pre>
 *
 * <p>Free pages count as room, because the next events use them. While the disk is full they are
 * the only room, so that the file does not grow.
 */
final class DiskBudget {
  private static final Logger LOG = LoggerFactory.getLogger(DiskBudget.class);
  private static final long MOST_SIDE_BYTES = 16L << 20;
  private static final int SIDE_SHARE = 8;
  private static final int STEP = 64;
  private static final long LOG_EVERY = TimeUnit.MINUTES.toNanos(1);

  private final Database db;
  private final SpoolState state;
  private final Limits limits;
  private final Folder folder;
  private final ReserveFile reserveFile;
  private final DroppedEvents drops;
  private final long page;
  private long loggedAt = System.nanoTime() - LOG_EVERY;

  DiskBudget(OpenedSpool opening, Limits limits, ReserveFile reserveFile, DroppedEvents drops)
      throws SQLException {
    this.db = opening.db();
    this.state = opening.state();
    this.folder = opening.folder();
    this.limits = limits;
    this.reserveFile = reserveFile;
    this.drops = drops;
    this.page = db.number("PRAGMA page_size", 0);
  }

  /** Returns the maximum bytes of the log; the ballast has the same size. */
  static long side(Limits limits) {
    return Math.min(MOST_SIDE_BYTES, limits.maxBytes() / SIDE_SHARE);
  }

  /** Returns the maximum bytes of the database file. */
  private static long most(Limits limits) {
    return limits.maxBytes() - 2 * side(limits) - HighWaterFile.BYTES;
  }

  /** Returns the maximum bytes that an event uses in the file, in whole pages. */
  long pages(Envelope event) {
    return (event.size() / page + 1) * page;
  }

  /**
   * Returns the number of bytes that may be added. It is negative when the spool is over its limit.
   */
  long room() throws SQLException {
    long free = db.number("PRAGMA freelist_count", 0) * page;
    long used = db.number("PRAGMA page_count", 0) * page - free;
    long room = most(limits) - used;
    return reserveFile.there() ? room - longLog() : Math.min(room, free);
  }

  /**
   * Returns how many free pages to give back to the disk. The file keeps a quarter of its pages and
   * as many bytes as the log may hold, because the next events will need them. Free pages beyond
   * the limit always go back.
   */
  long spare() throws SQLException {
    long free = db.number("PRAGMA freelist_count", 0);
    long pages = db.number("PRAGMA page_count", 0);
    long most = most(limits) / page;
    long keep = pages / 4 + side(limits) / page;
    return Math.max(free - keep, Math.min(free, pages - most));
  }

  /**
   * Returns by how many bytes the log is over its limit. It grows when another program keeps a
   * transaction open.
   */
  private long longLog() {
    return Math.max(0, Folder.size(Folder.wal(folder.file())) - side(limits));
  }

  /**
   * Makes room by the operator's rule, as far as possible.
   *
   * @param need the number of bytes that are needed
   * @return the room after that, in bytes; it may be less than {@code need}
   * @throws SQLException when waiting makes room without a loss, so that the mailbox should keep
   *     the new events: the log is too long, or the disk is full and no older event can be dropped
   */
  long make(long need, Transaction change) throws SQLException {
    long room = room();
    if (need <= room) {
      return room;
    }
    if (reserveFile.there() && need <= room + longLog()) {
      throw noRoom("another program keeps a transaction open");
    }
    warn();
    boolean more = limits.whenFull() == WhenFull.DROP_OLDEST;
    while (more && need > room) {
      more = dropOldest(change, need - room);
      room = room();
    }
    if (need > room && !reserveFile.there()) {
      throw noRoom("its disk is full");
    }
    return room;
  }

  private static SQLException noRoom(String reason) {
    return new SQLException(reason, "", Faults.FULL);
  }

  private void warn() {
    if (System.nanoTime() - loggedAt >= LOG_EVERY) {
      loggedAt = System.nanoTime();
      LOG.warn(
          "the spool in {} is full ({}): {} until sinks take events or there is more room",
          folder.path(),
          reason(),
          limits.whenFull());
    }
  }

  private String reason() {
    return reserveFile.there() ? DroppedEvents.MAX_BYTES : DroppedEvents.DISK_FULL;
  }

  /** Drops the oldest events, up to about this many bytes. Returns false when no event was left. */
  private boolean dropOldest(Transaction change, long bytes) throws SQLException {
    List<Oldest> oldest =
        db.list(
            "SELECT seq, size, time FROM event ORDER BY seq LIMIT " + STEP,
            row -> new Oldest(row.getLong(1), row.getLong(2), row.getString(3)));
    long freed = 0;
    for (Oldest event : oldest) {
      if (freed < bytes) {
        drop(change, event.sequence, event.time);
        freed += event.size;
      }
    }
    return !oldest.isEmpty();
  }

  /**
   * Drops one event, or does not store it. Records the drop unless every sink has confirmed the
   * event.
   */
  void drop(Transaction change, long sequence, String time) throws SQLException {
    List<String> sinks = state.waiting(change, sequence);
    if (!sinks.isEmpty() || state.cursors().isEmpty()) {
      drops.add(reason(), sinks, sequence, time);
    }
    state.lose(change, sequence);
  }

  private record Oldest(long sequence, long size, String time) {}
}
