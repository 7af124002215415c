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
 * Which key the events of a guest or network had last, so that an event whose XML does not tell
 * stands in the order of the others. Kept in memory; what has changed is written with the next
 * batch of events, in its transaction.
 *
 * <p>Bounded: those that have ended are forgotten first, the oldest first. Safe between threads.
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

  /** An object by libvirt's driver and the attribute {@code subject}. */
  private record Name(String driver, String subject) {}

  private record Known(String key, boolean ended) {}

  /** What a transaction has written. */
  public record Saved(Name name, @Nullable Known known) {}

  private final int most;
  private final LinkedHashMap<Name, Known> running = new LinkedHashMap<>();
  private final LinkedHashMap<Name, Known> ended = new LinkedHashMap<>();

  /** What the table does not say so far; null for what is to be deleted. */
  private final Map<Name, @Nullable Known> unsaved = new HashMap<>();

  private ObjectKeys(int most) {
    this.most = most;
  }

  public static ObjectKeys load(Database db) throws SQLException {
    return load(db, MOST);
  }

  public static ObjectKeys load(Database db, int most) throws SQLException {
    db.run(TABLE); // a spool of an older version has none
    ObjectKeys keys = new ObjectKeys(most);
    db.each(
        "SELECT driver, subject, key, ended, checksum FROM object_key ORDER BY seq",
        row -> {
          Name name = new Name(row.getString(1), row.getString(2));
          Known known = new Known(row.getString(3), row.getInt(4) != 0);
          if (checksum(name, known) == row.getLong(5)) { // else it is as good as unknown
            keys.put(name, known);
          }
          return true;
        });
    return keys;
  }

  /** The key of the last event of an object, null when none is known. */
  public synchronized @Nullable String of(String driver, String subject) {
    Known known = get(new Name(driver, subject));
    return known == null ? null : known.key();
  }

  /** A hook's event was made: to be called in the order of the calls, before it is appended. */
  public synchronized void learn(Envelope event) {
    String driver = event.route().driver();
    String subject = event.attributes().get("subject");
    if (subject == null
        || event.route().isAgent()
        || event.key().endsWith("/" + driver + "/" + subject)) {
      return; // a key that is made of the name alone
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
   * Writes what has changed, within a transaction.
   *
   * @param sequence the highest number given so far, for the order in which they are forgotten
   * @return what was written, for {@link #saved} once it is committed
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

  /** This is durable. */
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
