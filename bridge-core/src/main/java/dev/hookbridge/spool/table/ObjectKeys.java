package dev.hookbridge.spool.table;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.sqlite.Database;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The latest ordering key of each guest and network. An event whose XML does not contain the key
 * gets this one, and so keeps its place in the order. The keys are in memory. Changes are written
 * in the transaction of the next batch of events.
 *
 * <p>The number of keys is bounded. The oldest keys of objects that have ended are forgotten first.
 * Thread-safe.
 */
public final class ObjectKeys {
  public static final String TABLE =
      """
      CREATE TABLE IF NOT EXISTS object_key (
        driver TEXT NOT NULL, subject TEXT NOT NULL, key TEXT NOT NULL, ended INTEGER NOT NULL,
        seq INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (driver, subject))
      WITHOUT ROWID
      """;

  public static final String ROWS =
      "SELECT driver, subject, key, ended, seq, checksum FROM object_key";
  public static final String WRITE = "INSERT OR REPLACE INTO object_key VALUES (?, ?, ?, ?, ?, ?)";
  private static final String DELETE = "DELETE FROM object_key WHERE driver = ? AND subject = ?";
  private static final int MOST = 8_192;

  /** An object: libvirt's driver and the attribute {@code subject}. */
  private record Name(String driver, String subject) {}

  private record Known(String key, boolean ended) {}

  /** A key that a transaction has written. */
  public record Saved(Name name, @Nullable Known known) {}

  private final int most;
  private final LinkedHashMap<Name, Known> running = new LinkedHashMap<>();
  private final LinkedHashMap<Name, Known> ended = new LinkedHashMap<>();

  /** The changes that are not in the table yet; null stands for a deletion. */
  private final Map<Name, @Nullable Known> unsaved = new HashMap<>();

  private ObjectKeys(int most) {
    this.most = most;
  }

  /** Reads the table. Creates it when it is missing. */
  public static ObjectKeys load(Database db) throws SQLException {
    return load(db, MOST);
  }

  /** Reads the table, and keeps at most {@code most} keys. */
  public static ObjectKeys load(Database db, int most) throws SQLException {
    db.run(TABLE); // missing in a spool of an older version
    ObjectKeys keys = new ObjectKeys(most);
    db.each(
        "SELECT driver, subject, key, ended, checksum FROM object_key ORDER BY seq",
        row -> {
          Name name = new Name(row.getString(1), row.getString(2));
          Known known = new Known(row.getString(3), row.getInt(4) != 0);
          if (checksum(name, known) == row.getLong(5)) { // a damaged row counts as unknown
            keys.put(name, known);
          }
          return true;
        });
    return keys;
  }

  /** Returns the key of the latest event of an object, null when it is unknown. */
  public synchronized @Nullable String of(String driver, String subject) {
    Known known = get(new Name(driver, subject));
    return known == null ? null : known.key();
  }

  /**
   * Remembers the key of a hook's event. Call it in the order of the hook calls, before the event
   * is appended.
   */
  public synchronized void learn(Envelope event) {
    String driver = event.route().driver();
    String subject = event.attributes().get("subject");
    if (subject == null
        || event.route().isAgent()
        || event.key().endsWith("/" + driver + "/" + subject)) {
      return; // this key consists of the name only
    }
    Name name = new Name(driver, subject);
    Known known = new Known(event.key(), event.route().operation().equals("release"));
    if (!known.equals(get(name))) {
      put(name, known);
      unsaved.put(name, known);
      forgetBeyondBound();
    }
  }

  private @Nullable Known get(Name name) {
    Known known = running.get(name);
    return known == null ? ended.get(name) : known;
  }

  private void put(Name name, Known known) {
    running.remove(name);
    ended.remove(name);
    (known.ended() ? ended : running).put(name, known);
  }

  private void forgetBeyondBound() {
    while (running.size() + ended.size() > most) {
      LinkedHashMap<Name, Known> from = ended.isEmpty() ? running : ended;
      Name oldest = from.keySet().iterator().next();
      from.remove(oldest);
      unsaved.put(oldest, null);
    }
  }

  /**
   * Writes the changes, within a transaction.
   *
   * @param sequence the highest sequence number so far; it sets the order in which keys are
   *     forgotten
   * @return what was written, for {@link #saved} after the commit
   */
  public synchronized List<Saved> save(Database db, long sequence) throws SQLException {
    List<Saved> written = new ArrayList<>();
    for (Map.Entry<Name, @Nullable Known> one : unsaved.entrySet()) {
      Name name = one.getKey();
      Known known = one.getValue();
      if (known == null) {
        db.update(DELETE, name.driver(), name.subject());
      } else {
        int gone = known.ended() ? 1 : 0;
        long sum = checksum(name, known);
        db.update(WRITE, name.driver(), name.subject(), known.key(), gone, sequence, sum);
      }
      written.add(new Saved(name, known));
    }
    return written;
  }

  /** Marks these changes as saved, after the commit. */
  public synchronized void saved(List<Saved> written) {
    for (Saved one : written) {
      if (Objects.equals(unsaved.get(one.name()), one.known())) {
        unsaved.remove(one.name());
      }
    }
  }

  private static long checksum(Name name, Known known) {
    return Checksum.of(name.driver(), name.subject(), known.key(), String.valueOf(known.ended()));
  }
}
