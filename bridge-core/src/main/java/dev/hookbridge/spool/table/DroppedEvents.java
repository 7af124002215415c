package dev.hookbridge.spool.table;

import dev.hookbridge.spool.sqlite.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The table of dropped and lost events that were not reported yet. It has one row for each reason
 * and set of sinks, so that it stays small when the disk is full for days.
 */
public final class DroppedEvents {
  public static final String TABLE =
      """
      CREATE TABLE dropped (
        number INTEGER PRIMARY KEY AUTOINCREMENT, reason TEXT NOT NULL, sinks TEXT NOT NULL,
        count INTEGER, first INTEGER, last INTEGER,
        first_time TEXT NOT NULL, last_time TEXT NOT NULL)
      """;

  public static final String MAX_BYTES = "max-bytes";
  public static final String DISK_FULL = "disk-full";
  public static final String DAMAGED = "damaged";
  public static final String ROLLED_BACK = "rolled-back";

  /** The number of ranges that get a row each. Further ranges are added to existing rows. */
  private static final int MOST_STRETCHES = 200;

  private static final String ADD =
      "UPDATE dropped SET count = count + 1, first = min(first, ?1), last = max(last, ?1),"
          + " first_time = min(first_time, ?2), last_time = max(last_time, ?2)"
          + " WHERE number > ?3 AND reason = ?4 AND sinks = ?5 AND count IS NOT NULL";
  private static final String NEW = "INSERT INTO dropped VALUES (NULL, ?, ?, 1, ?, ?, ?, ?)";
  private static final String ADD_STRETCH =
      "UPDATE dropped SET count = count + ?1, first = min(first, ?2), last = max(last, ?3)"
          + " WHERE number = (SELECT max(number) FROM dropped WHERE number > ?4 AND reason = ?5"
          + " AND sinks = ?6 AND first IS NOT NULL)";
  private static final String NEW_STRETCH =
      "INSERT INTO dropped VALUES (NULL, ?, ?, ?, ?, ?, '', '')";
  private static final String JOIN =
      "INSERT INTO dropped SELECT NULL, reason, sinks, sum(count), min(first), max(last),"
          + " min(first_time), max(last_time) FROM dropped WHERE number <= ?"
          + " AND reason NOT IN ('damaged', 'rolled-back')"
          + " GROUP BY reason, sinks HAVING count(*) > 1 AND count(*) = count(count)";
  private static final String JOINED =
      "DELETE FROM dropped WHERE number <= ?1 AND EXISTS (SELECT 1 FROM dropped AS whole"
          + " WHERE whole.number > ?1 AND whole.reason = dropped.reason"
          + " AND whole.sinks = dropped.sinks)";

  private final Database db;

  /** Rows up to this number were handed out for a report: nothing is added to them. */
  private long handedOut;

  public DroppedEvents(Database db) {
    this.db = db;
  }

  /** Records one dropped event. */
  public void add(String reason, List<String> sinks, long sequence, String time)
      throws SQLException {
    String names = String.join(",", sinks);
    if (db.update(ADD, sequence, time, handedOut, reason, names) == 0) {
      db.update(NEW, reason, names, sequence, sequence, time, time);
    }
  }

  /**
   * Returns the drops to report. Rows that an earlier call handed out, and that were not reported,
   * are joined with the later rows under a new number, so that there are few rows.
   */
  public List<DropRecord> handOut() throws SQLException {
    long highest = db.number("SELECT max(number) FROM dropped", 0);
    if (db.update(JOIN, highest) > 0) {
      db.update(JOINED, highest);
    }
    handedOut = db.number("SELECT max(number) FROM dropped", 0);
    return list(db);
  }

  /**
   * Records numbers whose events are missing. Adds one row for each range that the same sinks will
   * not get.
   *
   * @param lost the numbers by sink; by {@code ""} where there was no sink
   */
  public void add(String reason, Map<String, Ranges> lost) throws SQLException {
    TreeSet<Long> bounds = new TreeSet<>();
    for (Ranges numbers : lost.values()) {
      for (int i = 0; i < numbers.size(); i++) {
        bounds.add(numbers.first(i));
        bounds.add(numbers.last(i) + 1);
      }
    }
    for (Long from : bounds) {
      List<String> sinks =
          lost.entrySet().stream()
              .filter(sink -> sink.getValue().contains(from))
              .map(Map.Entry::getKey)
              .sorted()
              .toList();
      Long next = bounds.higher(from);
      if (!sinks.isEmpty() && next != null) {
        stretch(reason, String.join(",", sinks), from, next - 1);
      }
    }
  }

  private void stretch(String reason, String sinks, long first, long last) throws SQLException {
    long count = last - first + 1;
    long rows = db.number("SELECT count(*) FROM dropped WHERE reason = ?", 0, reason);
    if (rows < MOST_STRETCHES
        || db.update(ADD_STRETCH, count, first, last, handedOut, reason, sinks) == 0) {
      db.update(NEW_STRETCH, reason, sinks, count, first, last);
    }
  }

  /**
   * Records a number of lost events whose sequence numbers are unknown.
   *
   * @param count the number of lost events, empty when unknown
   */
  public void addUnknown(String reason, String sink, OptionalLong count) throws SQLException {
    db.update(NEW_STRETCH, reason, sink, nullable(count), null, null);
  }

  /** Returns all rows, ordered by number. */
  public static List<DropRecord> list(Database db) throws SQLException {
    return db.list(
        "SELECT number, reason, sinks, count, first, last, first_time, last_time"
            + " FROM dropped ORDER BY number",
        DroppedEvents::drop);
  }

  private static DropRecord drop(ResultSet row) throws SQLException {
    String sinks = row.getString(3);
    return new DropRecord(
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

  /** Copies a row from another file. */
  public static void copy(Database db, DropRecord drop) throws SQLException {
    db.update(
        "INSERT INTO dropped VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
        drop.reason(),
        String.join(",", drop.sinks()),
        nullable(drop.count()),
        nullable(drop.first()),
        nullable(drop.last()),
        drop.firstTime(),
        drop.lastTime());
  }

  private static @Nullable Long nullable(OptionalLong number) {
    return number.isPresent() ? Long.valueOf(number.getAsLong()) : null;
  }

  /** Deletes a row, because an event has reported it. */
  public void reported(DropRecord drop) throws SQLException {
    db.update("DELETE FROM dropped WHERE number = ?", drop.number());
  }
}
