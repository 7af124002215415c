package dev.hookbridge.spool;

import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantLock;

/** The one writing connection: one transaction at a time, whichever thread wants it. */
final class Writer implements AutoCloseable {
  private static final long MOST_LOG_BYTES = 16L << 20;

  private final Folder folder;
  private final Database db;
  private final Ledger ledger;
  private final Wal wal;
  private final ReentrantLock lock = new ReentrantLock();

  Writer(Folder folder, Database db, Ledger ledger) throws SQLException {
    this.folder = folder;
    this.db = db;
    this.ledger = ledger;
    this.wal = new Wal(db, MOST_LOG_BYTES);
  }

  /** Does some work as one transaction, durable on return. */
  <T> T transact(Ledger.Work<T> work) throws SpoolException {
    return alone(
        connection -> {
          T result = ledger.transact(work);
          wal.tidy();
          return result;
        });
  }

  /** Looks something up with the writing connection. */
  <T> T alone(Access<T> access) throws SpoolException {
    lock.lock();
    try {
      return access.with(db);
    } catch (SQLException e) {
      throw Faults.of(folder.path(), e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws SpoolException {
    alone(
        connection -> {
          connection.close();
          return true;
        });
  }

  /** What is done with the connection. */
  interface Access<T> {
    T with(Database db) throws SQLException;
  }
}
