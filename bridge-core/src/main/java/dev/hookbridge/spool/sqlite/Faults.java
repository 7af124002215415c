package dev.hookbridge.spool.sqlite;

import dev.hookbridge.spool.sqlite.SpoolException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What SQLite's result codes (sqlite.org/rescode.html) mean for a caller. */
public final class Faults {
  public static final int CORRUPT = 11;
  private static final int IOERR = 10;
  public static final int FULL = 13;
  private static final int NOTADB = 26;
  private static final int PRIMARY = 0xff;

  /** The file that connections share in memory is not in order. */
  private static final int PROTOCOL = 15;

  /** The file has another name, or none. */
  public static final int MOVED = 1032;

  private Faults() {}

  public static SQLException corrupt(String found) {
    return new SQLException(found, "", CORRUPT);
  }

  public static boolean damage(SQLException e) {
    int code = e.getErrorCode() & PRIMARY;
    return code == CORRUPT
        || code == NOTADB
        || code == PROTOCOL
        || shortRead(e)
        || e.getErrorCode() == MOVED;
  }

  /** A file is shorter than the database believes. */
  private static boolean shortRead(SQLException e) {
    return e instanceof SQLiteException lite
        && lite.getResultCode() == SQLiteErrorCode.SQLITE_IOERR_SHORT_READ;
  }

  public static boolean full(SQLException e) {
    return (e.getErrorCode() & PRIMARY) == FULL;
  }

  public static boolean inputOutput(SQLException e) {
    return (e.getErrorCode() & PRIMARY) == IOERR;
  }

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
          "There is no room for the spool in " + folder + " (" + e.getMessage() + "); make some.",
          e);
    }
    return new SpoolException(
        Kind.FAILED,
        "The spool in " + folder + " failed (" + reason(e) + "); look at the disk.",
        e);
  }

  /** The driver says little of why its native library could not be loaded; the cause does. */
  private static String reason(SQLException e) {
    Throwable cause = e.getCause();
    return cause == null ? String.valueOf(e.getMessage()) : e.getMessage() + ": " + cause;
  }

  public static SpoolException of(Path folder, IOException e) {
    return new SpoolException(
        Kind.FAILED,
        "The spool's folder " + folder + " cannot be used (" + e + "); look at owner and disk.",
        e);
  }
}
