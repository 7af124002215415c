package dev.hookbridge.spool;

import dev.hookbridge.Envelope;
import dev.hookbridge.Route;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** The table of dead letters: like that of events, and why each is here. */
final class DeadTable {
  static final String TABLE =
      """
      CREATE TABLE dead (
        number INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, seq INTEGER NOT NULL,
        parked TEXT NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL,
        retry INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL,
        id TEXT NOT NULL, type TEXT NOT NULL, key TEXT NOT NULL,
        driver TEXT NOT NULL, operation TEXT NOT NULL, suboperation TEXT NOT NULL,
        object TEXT NOT NULL, xml_at INTEGER NOT NULL, attributes TEXT NOT NULL,
        data BLOB NOT NULL)
      """;

  static final String BY_SINK = "CREATE INDEX dead_sink ON dead (sink, size)";
  static final String BY_RETRY = "CREATE INDEX dead_retry ON dead (number) WHERE retry = 1";

  private static final String LIST =
      "SELECT number, sink, seq, parked, reason, detail, retry, size, id, type, object"
          + " FROM dead WHERE number > ? ORDER BY number LIMIT ?";
  private static final String ENVELOPE =
      "SELECT driver, operation, suboperation, object, xml_at, attributes, data"
          + " FROM dead WHERE number = ?";

  private DeadTable() {}

  static void insert(Database db, String sink, Stored event, String reason, String detail)
      throws SQLException {
    Envelope envelope = event.envelope();
    Route route = envelope.route();
    db.update(
        "INSERT INTO dead VALUES (NULL, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        sink,
        event.sequence(),
        Instant.now().toString(),
        reason,
        detail,
        envelope.size(),
        envelope.id(),
        envelope.type(),
        envelope.key(),
        route.driver(),
        route.operation(),
        route.suboperation(),
        route.object(),
        envelope.xmlAt(),
        Attributes.encode(envelope.attributes()),
        Packed.pack(envelope.data()));
  }

  static long count(Database db, String sink) throws SQLException {
    return db.number("SELECT count(*) FROM dead WHERE sink = ?", 0, sink);
  }

  static long bytes(Database db, String sink) throws SQLException {
    return db.number("SELECT sum(size) FROM dead WHERE sink = ?", 0, sink);
  }

  /** The letters above a number, without their data, which may be large. */
  static List<DeadLetter> list(Database db, long after, int most) throws SQLException {
    return db.list(LIST, DeadTable::letter, after, most);
  }

  static Optional<Envelope> envelope(Database db, long number) throws SQLException {
    return db.first(ENVELOPE, row -> Events.envelope(row, 1), number);
  }

  /** Numbers and sinks of those to be sent again. */
  static List<Asked> asked(Database db, int most) throws SQLException {
    return db.list(
        "SELECT number, sink FROM dead WHERE retry = 1 ORDER BY number LIMIT ?",
        row -> new Asked(row.getLong(1), row.getString(2)),
        most);
  }

  static void delete(Database db, long number) throws SQLException {
    db.update("DELETE FROM dead WHERE number = ?", number);
  }

  private static DeadLetter letter(ResultSet row) throws SQLException {
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

  /** A letter to be sent again. */
  record Asked(long number, String sink) {}
}
