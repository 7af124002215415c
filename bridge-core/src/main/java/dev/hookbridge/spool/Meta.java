package dev.hookbridge.spool;

import java.sql.SQLException;
import java.util.Optional;

/** The table of single values, by name. */
final class Meta {
  static final String TABLE =
      "CREATE TABLE meta (name TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID";
  private final Database db;

  Meta(Database db) {
    this.db = db;
  }

  Optional<String> text(String name) throws SQLException {
    return db.first("SELECT value FROM meta WHERE name = ?", row -> row.getString(1), name);
  }

  long number(String name, long none) throws SQLException {
    return db.number("SELECT value FROM meta WHERE name = ?", none, name);
  }

  void put(String name, Object value) throws SQLException {
    db.update("INSERT OR REPLACE INTO meta VALUES (?, ?)", name, value);
  }

  void remove(String name) throws SQLException {
    db.update("DELETE FROM meta WHERE name = ?", name);
  }
}
