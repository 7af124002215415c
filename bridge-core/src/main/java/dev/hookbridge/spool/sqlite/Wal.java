package dev.hookbridge.spool.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.locks.Lock;

/**
 * Keeps the write-ahead log small. SQLite's own checkpoints give way to readers, so the log would
 * grow forever while pages are read one after the other. This checkpoint waits for the current
 * reads, makes the next reads wait, and restarts the log at its beginning. The log keeps its blocks
 * on disk, so a commit changes no file size and succeeds on a full disk.
 */
public final class Wal {
  private static final String USUAL = "PRAGMA busy_timeout = 10000";
  private static final String PATIENT = "PRAGMA busy_timeout = 250";

  /**
   * The timeout while another program keeps a transaction open: appends must not wait for it again.
   */
  private static final String IMPATIENT = "PRAGMA busy_timeout = 10";

  private final Database db;
  private final Path log;
  private final Lock noReading;
  private final long mostBytes;
  private final long mostFrames;
  private long nextAt;
  private boolean inTheWay;

  /**
   * Limits the size of the log. The log is emptied at half of the limit, because a batch comes on
   * top.
   *
   * @param log the log's file
   * @param mostBytes the maximum bytes of the log
   * @param noReading a lock that stops all reads of this process while it is held
   */
  public Wal(Database db, Path log, long mostBytes, Lock noReading) throws SQLException {
    this.db = db;
    this.log = log;
    this.mostBytes = mostBytes;
    this.noReading = noReading;
    this.mostFrames = mostBytes / 2 / db.number("PRAGMA page_size", 0);
    this.nextAt = mostFrames;
  }

  /** Empties the log if it is long enough. Call it after a commit. */
  public void tidy() throws SQLException {
    long frames = db.first("PRAGMA wal_checkpoint(NOOP)", row -> row.getLong(2)).orElse(0L);
    if (frames >= nextAt) {
      checkpoint();
      nextAt = inTheWay ? frames + mostFrames / 2 : mostFrames;
    } else if (frames < mostFrames) {
      nextAt = mostFrames;
    }
  }

  /**
   * Returns whether a reader of another process prevented the latest checkpoint from emptying the
   * log.
   */
  public boolean inTheWay() {
    return inTheWay;
  }

  /**
   * Moves the log into the database file. Most of this happens while others read. A reader of
   * another process can prevent the rest, for instance an operator's {@code sqlite3}. In that case
   * a later call tries again.
   */
  public void checkpoint() throws SQLException {
    db.number("PRAGMA wal_checkpoint(PASSIVE)", 0);
    noReading.lock();
    try {
      db.run(inTheWay ? IMPATIENT : PATIENT);
      String mode = Folder.size(log) > mostBytes ? "TRUNCATE" : "RESTART";
      inTheWay = db.number("PRAGMA wal_checkpoint(" + mode + ")", 1) != 0;
    } finally {
      db.run(USUAL);
      noReading.unlock();
    }
  }
}
