package dev.hookbridge.spool.table;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Faults;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The table of what each sink has confirmed. Each row has a checksum. */
public final class CursorTable {
  public static final String TABLE =
      "CREATE TABLE cursor (sink TEXT PRIMARY KEY, low INTEGER NOT NULL, confirmed TEXT NOT NULL,"
          + " sum INTEGER NOT NULL) WITHOUT ROWID";

  public static final String SELECT = "SELECT sink, confirmed, sum FROM cursor";
  private static final String WRITE = "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?, ?)";

  private CursorTable() {}

  /**
   * Reads the confirmed numbers from a row of {@link #SELECT}.
   *
   * @throws SQLException with the code of damage when the row does not match its checksum
   */
  public static Ranges confirmed(ResultSet row) throws SQLException {
    String text = String.valueOf(row.getString(2));
    if (row.getLong(3) != Checksum.of(row.getString(1), text)) {
      throw Faults.corrupt("a cursor does not fit its checksum");
    }
    try {
      return Ranges.parse(text);
    } catch (IllegalArgumentException e) {
      throw Faults.corrupt("a cursor is not a list of ranges");
    }
  }

  /**
   * Writes what a sink has confirmed. For {@code SpoolState.NOBODY} it writes the numbers without a
   * row.
   */
  public static void write(Database db, String sink, Ranges confirmed) throws SQLException {
    String text = confirmed.toString();
    db.update(WRITE, sink, confirmed.low(), text, Checksum.of(sink, text));
  }
}
