package dev.hookbridge.spool;

import dev.hookbridge.spool.SpoolException.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/** What SQLite's result codes (sqlite.org/rescode.html) mean for a caller. */
final class Faults {
  static final int CORRUPT = 11;
  private static final int IOERR = 10;
  private static final int FULL = 13;
  private static final int NOTADB = 26;
  private static final int PRIMARY = 0xff;

  private Faults() {}

  static boolean damage(SQLException e) {
    int code = e.getErrorCode() & PRIMARY;
    return code == CORRUPT || code == NOTADB;
  }

  /**
   * Whether it may be for want of room. SQLite says so for the file and its log; growing the memory
   * they share, and some file systems, make it an input or output error.
   */
  static boolean full(SQLException e) {
    int code = e.getErrorCode() & PRIMARY;
    return code == FULL || code == IOERR;
  }

  static SpoolException of(Path folder, SQLException e) {
    if (damage(e)) {
      return new SpoolException(
          Kind.DAMAGED,
          "The spool in " + folder + " is damaged; restart the agent, it sets the file aside.",
          e);
    }
    if ((e.getErrorCode() & PRIMARY) == FULL) {
      return new SpoolException(
          Kind.FULL, "The disk of the spool in " + folder + " is full; make room on it.", e);
    }
    return new SpoolException(
        Kind.FAILED,
        "The spool in " + folder + " failed (" + e.getMessage() + "); look at the disk.",
        e);
  }

  static SpoolException of(Path folder, IOException e) {
    return new SpoolException(
        Kind.FAILED,
        "The spool's folder " + folder + " cannot be used (" + e + "); look at owner and disk.",
        e);
  }
}
