package dev.hookbridge.spool.table;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.Route;
import dev.hookbridge.spool.sqlite.Database;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of dead letters. It has the columns of an event, and why it is a dead letter. */
public final class DeadTable {
  public static final String TABLE =
      """
      CREATE TABLE dead (
        number INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, seq INTEGER NOT NULL,
        parked TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
        retry INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL,
        id TEXT NOT NULL, type TEXT NOT NULL, key TEXT NOT NULL,
        driver TEXT NOT NULL, operation TEXT NOT NULL, suboperation TEXT NOT NULL,
        object TEXT NOT NULL, xml_at INTEGER NOT NULL, digest BLOB NOT NULL,
        attributes TEXT NOT NULL, data BLOB NOT NULL)
      """;

  public static final String BY_SINK = "CREATE INDEX dead_sink ON dead (sink, size)";
  public static final String BY_RETRY = "CREATE INDEX dead_retry ON dead (number) WHERE retry = 1";

  private static final String LIST =
      "SELECT number, sink, seq, parked, reason, detail, retry, size, id, type, object"
          + " FROM dead WHERE number > ? ORDER BY number LIMIT ?";
  private static final String ENVELOPE =
      "SELECT driver, operation, suboperation, object, xml_at, attributes, data, digest, seq, sink"
          + " FROM dead WHERE number = ?";

  /** Selects the columns that {@link #intact} reads. */
  public static final String FROM =
      "SELECT number, driver, operation, suboperation, object, xml_at, attributes, data, digest,"
          + " seq, sink, parked, reason, detail, retry FROM dead WHERE number >= ? ORDER BY number";

  private static final String UNROUTED =
      "SELECT min(number), key FROM dead WHERE sink = ? AND reason = ? AND retry = 0"
          + " GROUP BY key, driver, operation, suboperation, object"
          + " HAVING min(number) > ? ORDER BY 1 LIMIT ?";

  private DeadTable() {}

  /** A dead letter with its event. */
  public record Letter(
      String sink,
      SpooledEvent event,
      String parked,
      String reason,
      String detail,
      boolean retry) {}

  /** Reads a row of {@link #FROM}. Returns null when the event does not match its checksum. */
  public static @Nullable Letter intact(ResultSet row) throws SQLException {
    long sequence = row.getLong(10);
    String sink = String.valueOf(row.getString(11));
    Envelope event = Events.envelope(row, sequence, sink, 2).orElse(null);
    return event == null
        ? null
        : new Letter(
            sink,
            new SpooledEvent(sequence, event),
            String.valueOf(row.getString(12)),
            String.valueOf(row.getString(13)),
            String.valueOf(row.getString(14)),
            row.getBoolean(15));
  }

  /** Stores an event as a dead letter of a sink, with the current time. */
  public static void insert(
      Database db, String sink, SpooledEvent event, String reason, String detail)
      throws SQLException {
    insert(db, new Letter(sink, event, Instant.now().toString(), reason, detail, false));
  }

  /** Stores a dead letter under a new number. */
  public static void insert(Database db, Letter deadLetter) throws SQLException {
    SpooledEvent event = deadLetter.event();
    Envelope envelope = event.envelope();
    Route route = envelope.route();
    String attributes = StoredAttributes.encode(envelope.attributes());
    byte[] data = DataCompression.pack(envelope.data());
    db.update(
        "INSERT INTO dead VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        deadLetter.sink(),
        event.sequence(),
        deadLetter.parked(),
        deadLetter.reason(),
        deadLetter.detail(),
        deadLetter.retry(),
        envelope.size(),
        envelope.id(),
        envelope.type(),
        envelope.key(),
        route.driver(),
        route.operation(),
        route.suboperation(),
        route.object(),
        envelope.xmlAt(),
        Checksum.of(event.sequence(), deadLetter.sink(), route, envelope.xmlAt(), attributes, data),
        attributes,
        data);
  }

  /** Returns the number of dead letters of a sink. */
  public static long count(Database db, String sink) throws SQLException {
    return db.number("SELECT count(*) FROM dead WHERE sink = ?", 0, sink);
  }

  /** Returns the bytes of the dead letters of a sink. */
  public static long bytes(Database db, String sink) throws SQLException {
    return db.number("SELECT sum(size) FROM dead WHERE sink = ?", 0, sink);
  }

  /**
   * Returns the dead letters after a dead letter number, without their data, which may be large.
   */
  public static List<DeadLetter> list(Database db, long after, int most) throws SQLException {
    return db.list(LIST, DeadTable::deadLetter, after, most);
  }

  /**
   * Returns the event of a dead letter.
   *
   * @return empty when there is no such dead letter, or it does not match its checksum
   */
  public static Optional<Envelope> envelope(Database db, long number) throws SQLException {
    return db.first(
            ENVELOPE, row -> Events.envelope(row, row.getLong(9), row.getString(10), 1), number)
        .flatMap(intact -> intact);
  }

  /** Returns dead letters with a requested retry, ordered by number. */
  public static List<Asked> asked(Database db, int most) throws SQLException {
    return db.list(
        "SELECT number, sink, seq FROM dead WHERE retry = 1 ORDER BY number LIMIT ?",
        row -> new Asked(row.getLong(1), row.getString(2), row.getLong(3)),
        most);
  }

  /**
   * Returns the first unroutable dead letter of each route, without those for which a retry is
   * requested.
   *
   * @param after the dead letter number after which the result begins
   */
  public static List<Unrouted> unrouted(Database db, String sink, long after, int most)
      throws SQLException {
    return db.list(
        UNROUTED,
        row -> new Unrouted(row.getLong(1), row.getString(2)),
        sink,
        Reason.UNROUTABLE.word(),
        after,
        most);
  }

  /** Requests a retry of all unroutable dead letters of a sink and key. Returns their number. */
  public static int retryUnrouted(Database db, String sink, String key) throws SQLException {
    return db.update(
        "UPDATE dead SET retry = 1 WHERE sink = ? AND key = ? AND reason = ?",
        sink,
        key,
        Reason.UNROUTABLE.word());
  }

  public static void delete(Database db, long number) throws SQLException {
    db.update("DELETE FROM dead WHERE number = ?", number);
  }

  private static DeadLetter deadLetter(ResultSet row) throws SQLException {
    return new DeadLetter(
        row.getLong(1),
        row.getString(2),
        row.getLong(3),
        row.getString(4),
        row.getString(5),
        row.getString(6),
        row.getBoolean(7),
        row.getInt(8),
        row.getString(9),
        row.getString(10),
        row.getString(11));
  }

  /** A dead letter with a requested retry. */
  public record Asked(long number, String sink, long sequence) {}

  /** An unroutable dead letter. */
  public record Unrouted(long number, String key) {}
}
