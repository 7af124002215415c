package dev.hookbridge.spool;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;

/**
 * The table of events that were let go and have not been told. One row for each reason and set of
 * sinks, so a disk that is full for days does not fill it.
 */
final class Drops {
  static final String TABLE =
      """
      CREATE TABLE dropped (
        number INTEGER PRIMARY KEY AUTOINCREMENT, reason TEXT NOT NULL, sinks TEXT NOT NULL,
        count INTEGER, first INTEGER, last INTEGER,
        first_time TEXT NOT NULL, last_time TEXT NOT NULL)
      """;

  static final String MAX_BYTES = "max-bytes";
  static final String DISK_FULL = "disk-full";
  static final String DAMAGED = "damaged";

  private Drops() {}

  /** One event was let go, later than those recorded before. */
  static void add(Database db, String reason, List<String> sinks, long sequence, String time)
      throws SQLException {
    String names = String.join(",", sinks);
    int known =
        db.update(
            "UPDATE dropped SET count = count + 1, last = ?, last_time = ?"
                + " WHERE reason = ? AND sinks = ? AND count IS NOT NULL",
            sequence,
            time,
            reason,
            names);
    if (known == 0) {
      db.update(
          "INSERT INTO dropped VALUES (NULL, ?, ?, 1, ?, ?, ?, ?)",
          reason,
          names,
          sequence,
          sequence,
          time,
          time);
    }
  }

  /** A file was set aside with whatever it held. */
  static void damaged(Database db, OptionalLong events) throws SQLException {
    db.update(
        "INSERT INTO dropped VALUES (NULL, ?, '', ?, NULL, NULL, '', '')",
        DAMAGED,
        events.isPresent() ? events.getAsLong() : null);
  }

  static List<Drop> list(Database db) throws SQLException {
    return db.list(
        "SELECT number, reason, sinks, count, first, last, first_time, last_time"
            + " FROM dropped ORDER BY number",
        Drops::drop);
  }

  private static Drop drop(ResultSet row) throws SQLException {
    String sinks = row.getString(3);
    return new Drop(
        row.getLong(1),
        "spool",
        row.getString(2),
        sinks.isEmpty() ? List.of() : List.of(sinks.split(",")),
        number(row, 4),
        number(row, 5),
        number(row, 6),
        row.getString(7),
        row.getString(8));
  }

  private static OptionalLong number(ResultSet row, int column) throws SQLException {
    long number = row.getLong(column);
    return row.wasNull() ? OptionalLong.empty() : OptionalLong.of(number);
  }

  /** It has been told; what was added to its row since then stays. */
  static void told(Database db, Drop drop) throws SQLException {
    if (drop.count().isPresent() && drop.last().isPresent()) {
      db.update(
          "UPDATE dropped SET count = count - ?, first = ?, first_time = ? WHERE number = ?",
          drop.count().getAsLong(),
          drop.last().getAsLong() + 1,
          drop.lastTime(),
          drop.number());
      db.update("DELETE FROM dropped WHERE number = ? AND count <= 0", drop.number());
    } else {
      db.update("DELETE FROM dropped WHERE number = ?", drop.number());
    }
  }
}
