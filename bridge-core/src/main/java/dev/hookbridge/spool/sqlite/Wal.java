package dev.hookbridge.spool.sqlite;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.concurrent.locks.Lock;

/**
 * Keeps the write-ahead log small. SQLite's own checkpoints give way to readers, and with pages
 * read one after the other the log would grow for ever; this one lets the page end, has the next
 * wait, and begins the log anew at its head. The log's blocks stay allocated, so a commit changes
 * no size and succeeds on a full disk.
 */
public final class Wal {
  private static final String USUAL = "PRAGMA busy_timeout = 10000";
  private static final String PATIENT = "PRAGMA busy_timeout = 250";

  /** Once somebody has kept a transaction open that long, appends shall not wait for him again. */
  private static final String IMPATIENT = "PRAGMA busy_timeout = 10";

  private final Database db;
  private final Path log;
  private final Lock noReading;
  private final long mostBytes;
  private final long mostFrames;
  private long nextAt;
  private boolean inTheWay;

  /**
   * Allows the log so many bytes; half of them before it is emptied, since a batch comes on top.
   *
   * @param log its file
   * @param noReading held while nothing of this process may read
   */
  public Wal(Database db, Path log, long mostBytes, Lock noReading) throws SQLException {
    this.db = db;
    this.log = log;
    this.mostBytes = mostBytes;
    this.noReading = noReading;
    this.mostFrames = mostBytes / 2 / db.number("PRAGMA page_size", 0);
    this.nextAt = mostFrames;
  }

  /** After a commit: moves the log into the file once it is long enough. */
  public void tidy() throws SQLException {
    long frames = db.first("PRAGMA wal_checkpoint(NOOP)", row -> row.getLong(2)).orElse(0L);
    if (frames >= nextAt) {
      checkpoint();
      nextAt = inTheWay ? frames + mostFrames / 2 : mostFrames;
    } else if (frames < mostFrames) {
      nextAt = mostFrames;
    }
  }

  /** Whether a reader of another process was in the way when the log was last to be emptied. */
  public boolean inTheWay() {
    return inTheWay;
  }

  /**
   * Moves the log into the file, most of it while others read. A reader of another process, for
   * instance an operator's {@code sqlite3}, may be in the way: then it is tried again later.
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
