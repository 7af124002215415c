package dev.hookbridge.spool.sqlite;

import dev.hookbridge.spool.sqlite.SpoolException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Classifies failures by SQLite's result codes (sqlite.org/rescode.html), and converts them for
 * callers.
 */
public final class Faults {
  /** The code for damage: {@code SQLITE_CORRUPT}. */
  public static final int CORRUPT = 11;

  private static final int IOERR = 10;

  /** The code for a full disk: {@code SQLITE_FULL}. */
  public static final int FULL = 13;

  private static final int NOTADB = 26;
  private static final int PRIMARY = 0xff;

  /** The file that the connections share in memory is damaged. */
  private static final int PROTOCOL = 15;

  /** The database file was renamed or removed. */
  public static final int MOVED = 1032;

  private Faults() {}

  /**
   * Returns an exception that reports damage.
   *
   * @param found the description of the damage
   */
  public static SQLException corrupt(String found) {
    return new SQLException(found, "", CORRUPT);
  }

  /** Returns whether an exception reports damage, including removed or renamed files. */
  public static boolean damage(SQLException e) {
    int code = e.getErrorCode() & PRIMARY;
    return code == CORRUPT
        || code == NOTADB
        || code == PROTOCOL
        || shortRead(e)
        || e.getErrorCode() == MOVED;
  }

  /** Returns whether a file is shorter than the database expects. */
  private static boolean shortRead(SQLException e) {
    return e instanceof SQLiteException lite
        && lite.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_SHORT_READ;
  }

  /** Returns whether an exception reports a full disk. */
  public static boolean full(SQLException e) {
    return (e.getErrorCode() & PRIMARY) == FULL;
  }

  /** Returns whether an exception reports an I/O error of any kind. */
  public static boolean inputOutput(SQLException e) {
    return (e.getErrorCode() & PRIMARY) == IOERR;
  }

  /** Converts a failure of SQLite to an exception with a message for the operator. */
  public static SpoolException of(Path folder, SQLException e) {
    if (e.getErrorCode() == MOVED) {
      return new SpoolException(
          Kind.DAMAGED,
          "The spool's files in "
              + folder
              + " were removed or replaced while the agent used them; restart it, their events are"
              + " saved.",
          e);
    }
    if (damage(e)) {
      return new SpoolException(
          Kind.DAMAGED,
          "The spool in " + folder + " is damaged; restart the agent, it saves what is intact.",
          e);
    }
    if (full(e)) {
      return new SpoolException(
          Kind.FULL,
          "There is no room for the spool in " + folder + " (" + e.getMessage() + "); free some.",
          e);
    }
    return new SpoolException(
        Kind.FAILED,
        "The spool in " + folder + " failed (" + reason(e) + "); look at the disk.",
        e);
  }

  /**
   * Returns the message with its cause. When the native library cannot be loaded, only the cause
   * says why.
   */
  private static String reason(SQLException e) {
    Throwable cause = e.getCause();
    return cause == null ? String.valueOf(e.getMessage()) : e.getMessage() + ": " + cause;
  }

  /** Converts a failure of the folder to an exception with a message for the operator. */
  public static SpoolException of(Path folder, IOException e) {
    return new SpoolException(
        Kind.FAILED,
        "The spool's folder " + folder + " cannot be used (" + e + "); look at owner and disk.",
        e);
  }
}
