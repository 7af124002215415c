package dev.hookbridge.spool.table;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.api.Route;
import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.text.Ids;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table of events: columns that a person can read, the attributes as sent, and the data. */
public final class Events {
  /**
   * Creates the table. The data is the last column, so that SQLite does not read it for the other
   * columns.
   */
  public static final String TABLE =
      """
      CREATE TABLE event (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL, type TEXT NOT NULL, key TEXT NOT NULL,
        driver TEXT NOT NULL, operation TEXT NOT NULL, suboperation TEXT NOT NULL,
        object TEXT NOT NULL, time TEXT NOT NULL, size INTEGER NOT NULL,
        only_sink TEXT, xml_at INTEGER NOT NULL, digest BLOB NOT NULL,
        attributes TEXT NOT NULL, data BLOB NOT NULL)
      """;

  public static final String INDEX =
      "CREATE INDEX event_only_sink ON event (only_sink) WHERE only_sink IS NOT NULL";

  /** The columns that {@link #intact} reads. */
  public static final String COLUMNS =
      "seq, only_sink, driver, operation, suboperation, object, xml_at, attributes, data, digest";

  private static final String INSERT =
      "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private Events() {}

  /**
   * Stores an event under a sequence number.
   *
   * @param onlySink the only sink that gets the event, null when all sinks get it
   */
  public static void insert(
      Database db, long sequence, String epoch, Envelope event, @Nullable String onlySink)
      throws SQLException {
    insert(db, new SpooledEvent(sequence, numbered(event, sequence, epoch)), onlySink);
  }

  /** Stores an event that already has its sequence number. */
  public static void insert(Database db, SpooledEvent stored, @Nullable String onlySink)
      throws SQLException {
    Envelope event = stored.envelope();
    Route route = event.route();
    String attributes = StoredAttributes.encode(event.attributes());
    byte[] data = DataCompression.pack(event.data());
    db.update(
        INSERT,
        stored.sequence(),
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
        Checksum.of(stored.sequence(), onlySink, route, event.xmlAt(), attributes, data),
        attributes,
        data);
  }

  private static Envelope numbered(Envelope event, long sequence, String epoch) {
    return event.with("sequence", Ids.digits(sequence)).with("epoch", epoch);
  }

  /** Returns the attribute {@code time}, or {@code ""}: it is optional in CloudEvents. */
  public static String time(Envelope event) {
    return event.attributes().getOrDefault("time", "");
  }

  /**
   * Reads an event from a row of {@link #COLUMNS}.
   *
   * @return empty when the row does not match its checksum
   */
  public static Optional<SpooledEvent> intact(ResultSet row) throws SQLException {
    long sequence = row.getLong(1);
    return envelope(row, sequence, row.getString(2), 3)
        .map(event -> new SpooledEvent(sequence, event));
  }

  /**
   * Returns the only sink that gets the event of a row of {@link #COLUMNS}, null when all sinks get
   * it.
   */
  public static @Nullable String onlySink(ResultSet row) throws SQLException {
    return row.getString(2);
  }

  /**
   * Reads an envelope from the columns {@code driver} to {@code digest}.
   *
   * @param at the index of the first of these columns
   * @return empty when the columns do not match the checksum for this number and sink
   */
  static Optional<Envelope> envelope(ResultSet row, long number, @Nullable String onlySink, int at)
      throws SQLException {
    Route route = new Route(text(row, at), text(row, at + 1), text(row, at + 2), text(row, at + 3));
    int xmlAt = row.getInt(at + 4);
    String attributes = text(row, at + 5);
    byte[] data = row.getBytes(at + 6);
    byte[] digest = Checksum.of(number, onlySink, route, xmlAt, attributes, data);
    if (data == null || !Arrays.equals(digest, row.getBytes(at + 7))) {
      return Optional.empty();
    }
    try {
      byte[] unpacked = DataCompression.unpack(data);
      return Optional.of(new Envelope(StoredAttributes.decode(attributes), route, unpacked, xmlAt));
    } catch (IOException e) {
      throw new IllegalStateException("a row fits its checksum and cannot be read", e);
    }
  }

  private static String text(ResultSet row, int column) throws SQLException {
    return String.valueOf(row.getString(column));
  }
}
