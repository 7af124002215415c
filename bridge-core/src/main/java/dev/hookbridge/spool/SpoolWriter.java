package dev.hookbridge.spool;

import dev.hookbridge.spool.repair.OpenedSpool;
import dev.hookbridge.spool.repair.Replacement;
import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Faults;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.sqlite.OpenFiles;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.sqlite.Wal;
import dev.hookbridge.spool.state.ReserveFile;
import dev.hookbridge.spool.state.SpoolState;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteException;

/** Holds the only connection that writes. Runs one transaction at a time, for any thread. */
final class SpoolWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolWriter.class);
  private static final int VACUUM_PAGES = 1_000;

  private final Folder folder;
  private final Database db;
  private final SpoolState state;
  private final ReserveFile reserveFile;
  private final Wal wal;
  private final ReentrantLock lock = new ReentrantLock(true);
  private final OpenFiles files;
  private boolean written;

  SpoolWriter(OpenedSpool opening, ReserveFile reserveFile, Wal wal) {
    this.files = new OpenFiles(opening.folder().file());
    this.folder = opening.folder();
    this.db = opening.db();
    this.state = opening.state();
    this.reserveFile = reserveFile;
    this.wal = wal;
  }

  /** Runs some work as one transaction, which is durable on return. */
  <T> T transact(SpoolState.Work<T> work) throws SpoolException {
    return alone(
        connection -> {
          try {
            return attempt(work);
          } catch (SQLException e) {
            if (!(e instanceof SQLiteException) || !full(e)) {
              throw e;
            }
            makeRoom(e);
            return attempt(work);
          }
        });
  }

  private <T> T attempt(SpoolState.Work<T> work) throws SQLException {
    T result = state.transact(work);
    tidyLog(false);
    return result;
  }

  /** Empties the log. A failure does not undo the commit before it: the next commit tries again. */
  private void tidyLog(boolean now) {
    try {
      if (now) {
        wal.checkpoint();
      } else {
        wal.tidy();
      }
    } catch (SQLException e) {
      try {
        if (reserveFile.there() && full(e)) {
          makeRoom(e);
          return;
        }
      } catch (SQLException again) {
        LOG.debug("not even without the ballast", again);
      }
      LOG.warn("the spool's log in {} cannot be emptied: {}", folder.path(), e.getMessage());
    }
  }

  /**
   * Returns whether the disk is full. Some operations on a full disk fail as an I/O error, for
   * example growing the shared memory of the connections.
   */
  private boolean full(SQLException e) {
    return Faults.full(e) || (Faults.inputOutput(e) && reserveFile.diskTight());
  }

  /**
   * Moves the log into the database file and restarts it. Releases the ballast first to make room.
   */
  private void makeRoom(SQLException reason) throws SQLException {
    try {
      reserveFile.release();
      wal.checkpoint();
    } catch (IOException | SQLException e) {
      reason.addSuppressed(e);
      throw reason;
    }
  }

  /**
   * Restores the ballast, and gives unused pages of the file back to the disk.
   *
   * @param shorten whether the file may become shorter. This moves pages from the end of the file,
   *     which is not worth its cost while the spool drains
   */
  void tidy(DiskBudget diskBudget, boolean shorten) throws SpoolException {
    boolean more = true;
    while (more) {
      more = alone(connection -> vacuum(diskBudget, shorten));
    }
  }

  private boolean vacuum(DiskBudget diskBudget, boolean shorten) throws SQLException {
    reserveFile.restore();
    long spare = shorten ? diskBudget.spare() : 0;
    if (spare > 0) {
      db.run("PRAGMA incremental_vacuum(" + Math.min(VACUUM_PAGES, spare) + ")");
    }
    if (spare > 0 || wal.inTheWay()) {
      tidyLog(true);
    }
    return spare > VACUUM_PAGES;
  }

  /**
   * Writes the removed files again. The connection still has their content. The next start finds
   * the copy. Nothing more is stored until then, because it would be in the removed files only.
   */
  private void rescue() throws SQLException {
    if (!written) {
      Replacement replacement = new Replacement(folder);
      try {
        replacement.begin("its files were removed or replaced while they were in use");
        db.run("backup to '" + replacement.draft() + "'");
        replacement.complete();
      } catch (IOException e) {
        throw new SQLException("its files were removed and cannot be written again", e);
      }
      written = true;
    }
    throw new SQLException("its files were removed or replaced", "", Faults.MOVED);
  }

  /** Uses the writing connection, while no other thread does. */
  <T> T alone(Access<T> access) throws SpoolException {
    lock.lock();
    try {
      if (!files.inPlace()) {
        rescue();
      }
      return access.with(db);
    } catch (SQLException e) {
      throw folder.failed(e);
    } finally {
      lock.unlock();
    }
  }

  /** Closes the file and releases the folder. */
  @Override
  public void close() throws SpoolException {
    try {
      db.close();
    } catch (SQLException e) {
      throw folder.failed(e);
    } finally {
      folder.close();
    }
  }

  /** A use of the connection. */
  interface Access<T> {
    T with(Database db) throws SQLException;
  }
}
