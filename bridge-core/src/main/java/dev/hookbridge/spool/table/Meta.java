package dev.hookbridge.spool.table;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Faults;
import java.sql.SQLException;
import java.util.Optional;

/** The table of single values by name. Each row has a checksum over name and value. */
public final class Meta {
  public static final String TABLE =
      "CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL, sum INTEGER NOT NULL)"
          + " WITHOUT ROWID";

  private final Database db;

  public Meta(Database db) {
    this.db = db;
  }

  /**
   * Returns the value of a name.
   *
   * @throws SQLException with the code of damage when the value does not match its checksum
   */
  public Optional<String> text(String name) throws SQLException {
    return db.first(
        "SELECT value, sum FROM meta WHERE name = ?",
        row -> {
          String value = String.valueOf(row.getString(1));
          if (row.getLong(2) != Checksum.of(name, value)) {
            throw Faults.corrupt("the value of " + name + " does not fit its checksum");
          }
          return value;
        },
        name);
  }

  /**
   * Returns the number of a name, or {@code none} when there is no value.
   *
   * @throws SQLException with the code of damage when the value is not a number or does not match
   *     its checksum
   */
  public long number(String name, long none) throws SQLException {
    Optional<String> text = text(name);
    try {
      return text.isEmpty() ? none : Long.parseLong(text.get());
    } catch (NumberFormatException e) {
      throw Faults.corrupt("the value of " + name + " is not a number");
    }
  }

  public void put(String name, Object value) throws SQLException {
    db.update(
        "INSERT OR REPLACE INTO meta VALUES (?, ?, ?)",
        name,
        value,
        Checksum.of(name, value.toString()));
  }

  public void remove(String name) throws SQLException {
    db.update("DELETE FROM meta WHERE name = ?", name);
  }
}
