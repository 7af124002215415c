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

  private static final String ADD =
      "UPDATE dropped SET count = count + 1, first = min(first, ?1), last = max(last, ?1),"
          + " first_time = min(first_time, ?2), last_time = max(last_time, ?2)"
          + " WHERE number > ?3 AND reason = ?4 AND sinks = ?5 AND count IS NOT NULL";
  private static final String NEW = "INSERT INTO dropped VALUES (NULL, ?, ?, 1, ?, ?, ?, ?)";
  private static final String JOIN =
      "INSERT INTO dropped SELECT NULL, reason, sinks, sum(count), min(first), max(last),"
          + " min(first_time), max(last_time) FROM dropped WHERE number <= ?"
          + " GROUP BY reason, sinks HAVING count(*) > 1 AND count(*) = count(count)";
  private static final String JOINED =
      "DELETE FROM dropped WHERE number <= ?1 AND EXISTS (SELECT 1 FROM dropped AS whole"
          + " WHERE whole.number > ?1 AND whole.reason = dropped.reason"
          + " AND whole.sinks = dropped.sinks)";

  private final Database db;

  /** Rows up to this number have been handed out to be told: nothing is added to them. */
  private long handedOut;

  Drops(Database db) {
    this.db = db;
  }

  /** One event was let go. */
  void add(String reason, List<String> sinks, long sequence, String time) throws SQLException {
    String names = String.join(",", sinks);
    if (db.update(ADD, sequence, time, handedOut, reason, names) == 0) {
      db.update(NEW, reason, names, sequence, sequence, time, time);
    }
  }

  /**
   * What is to be told. Rows that were handed out before and not told since are joined with those
   * after them, under a new number, so that they stay few.
   */
  List<Drop> handOut() throws SQLException {
    long highest = db.number("SELECT max(number) FROM dropped", 0);
    if (db.update(JOIN, highest) > 0) {
      db.update(JOINED, highest);
    }
    handedOut = db.number("SELECT max(number) FROM dropped", 0);
    return list(db);
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

  void told(Drop drop) throws SQLException {
    db.update("DELETE FROM dropped WHERE number = ?", drop.number());
  }
}
