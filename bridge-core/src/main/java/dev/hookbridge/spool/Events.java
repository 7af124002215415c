package dev.hookbridge.spool;

import dev.hookbridge.Envelope;
import dev.hookbridge.Route;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The table of events: columns that a person can read, the attributes as sent, the data. */
final class Events {
  /** Data comes last, so that looking at the other columns does not read it. */
  static final String TABLE =
      """
      CREATE TABLE event (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, key TEXT NOT NULL,
        driver TEXT NOT NULL, operation TEXT NOT NULL, suboperation TEXT NOT NULL,
        object TEXT NOT NULL, time TEXT NOT NULL, size INTEGER NOT NULL,
        only_sink TEXT, xml_at INTEGER NOT NULL, attributes TEXT NOT NULL, data BLOB NOT NULL)
      """;

  static final String INDEX =
      "CREATE INDEX event_only_sink ON event (only_sink) WHERE only_sink IS NOT NULL";

  /** The columns that {@link #stored} reads. */
  static final String COLUMNS =
      "seq, driver, operation, suboperation, object, xml_at, attributes, data";

  private static final String INSERT =
      "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private Events() {}

  /**
   * Stores an event under a number.
   *
   * @param onlySink the one sink that is to have it, null when all are
   */
  static void insert(
      Database db, long sequence, String epoch, Envelope event, @Nullable String onlySink)
      throws SQLException {
    Envelope numbered = event.with("sequence", digits(sequence)).with("epoch", epoch);
    Route route = event.route();
    db.update(
        INSERT,
        sequence,
        event.id(),
        event.type(),
        event.key(),
        route.driver(),
        route.operation(),
        route.suboperation(),
        route.object(),
        time(event),
        event.size(),
        onlySink,
        event.xmlAt(),
        Attributes.encode(numbered.attributes()),
        Packed.pack(event.data()));
  }

  /** The attribute {@code time}, which CloudEvents leaves optional. */
  static String time(Envelope event) {
    return event.attributes().getOrDefault("time", "");
  }

  /** CloudEvents' {@code sequence} is compared as text, hence the leading zeros. */
  private static String digits(long sequence) {
    return String.format(Locale.ROOT, "%020d", sequence);
  }

  static Stored stored(ResultSet row) throws SQLException {
    return new Stored(row.getLong(1), envelope(row, 2));
  }

  /** Reads an envelope from the columns driver to data, the first of which is at this place. */
  static Envelope envelope(ResultSet row, int at) throws SQLException {
    Route route =
        new Route(
            row.getString(at), row.getString(at + 1), row.getString(at + 2), row.getString(at + 3));
    try {
      return new Envelope(
          Attributes.decode(row.getString(at + 5)),
          route,
          Packed.unpack(row.getBytes(at + 6)),
          row.getInt(at + 4));
    } catch (IOException e) {
      throw new SQLException(
          "attributes that are not JSON, or data that is cut", "", Faults.CORRUPT, e);
    }
  }
}
