package dev.hookbridge.spool;

import java.sql.SQLException;

/**
 * Keeps the write-ahead log small. SQLite's own checkpoints give way to a reader and let the log
 * grow; this one waits a moment for the readers of a page, after which the log is begun anew at its
 * head. Its blocks stay allocated, so a commit changes no size, and goes on when the disk is full.
 */
final class Wal {
  private static final String PATIENTLY = "PRAGMA busy_timeout = 10000";
  private static final String SHORTLY = "PRAGMA busy_timeout = 250";

  private final Database db;
  private final long mostFrames;
  private long nextAt;

  /** Allows it so many bytes; half of them before it is emptied, since a batch comes on top. */
  Wal(Database db, long mostBytes) throws SQLException {
    this.db = db;
    this.mostFrames = mostBytes / 2 / db.number("PRAGMA page_size", 0);
    this.nextAt = mostFrames;
    db.run("PRAGMA journal_size_limit = " + mostBytes);
  }

  long mostFrames() {
    return mostFrames;
  }

  /** After a commit: moves the log into the file once it is long enough. */
  void tidy() throws SQLException {
    long frames = db.first("PRAGMA wal_checkpoint(NOOP)", row -> row.getLong(2)).orElse(0L);
    if (frames >= nextAt) {
      nextAt = checkpoint("RESTART") ? mostFrames : frames + mostFrames;
    } else if (frames < mostFrames) {
      nextAt = mostFrames;
    }
  }

  /** False when a reader, for instance an operator's {@code sqlite3}, was in the way. */
  boolean checkpoint(String mode) throws SQLException {
    db.run(SHORTLY);
    try {
      return db.first("PRAGMA wal_checkpoint(" + mode + ")", row -> row.getInt(1)).orElse(1) == 0;
    } finally {
      db.run(PATIENTLY);
    }
  }
}
