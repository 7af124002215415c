package dev.hookbridge.spool.repair;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.table.DeadTable;
import dev.hookbridge.spool.table.DropRecord;
import dev.hookbridge.spool.table.DroppedEvents;
import dev.hookbridge.spool.table.ObjectKeys;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Copies the other tables from a damaged file, as far as they are intact. {@link Salvage} copies
 * the events.
 */
final class SalvagedTables {
  private static final String BY_SINK =
      "SELECT sink, count(*) FROM dead INDEXED BY dead_sink GROUP BY sink";

  private final DamagedFile file;
  private final Database db;
  private final boolean parked;
  private final Map<String, Long> dead = new TreeMap<>();

  /**
   * Copies from a damaged file to a new one.
   *
   * @param parked whether there may have been dead letters
   */
  SalvagedTables(DamagedFile file, Database db, boolean parked) {
    this.parked = parked;
    this.file = file;
    this.db = db;
  }

  void copy() throws SQLException {
    copyTaken();
    copyKeys();
    copyDrops();
    copyDead();
  }

  /**
   * Copies the keys without a check. Each row has a checksum, which is checked when the key is
   * used.
   */
  private void copyKeys() throws SQLException {
    List<Object[]> keys =
        file.piece(db -> Optional.of(db.list(ObjectKeys.ROWS, SalvagedTables::six)))
            .orElse(List.of());
    for (Object[] row : keys) {
      db.update(ObjectKeys.WRITE, row);
    }
  }

  private static Object[] six(ResultSet row) throws SQLException {
    Object[] values = new Object[6];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.getObject(i + 1);
    }
    return values;
  }

  /**
   * Copies the remembered ids. A lost id causes a duplicate event if the file of this id comes back
   * after a power cut.
   */
  private void copyTaken() throws SQLException {
    List<Object[]> taken =
        file.piece(db -> Optional.of(db.list("SELECT id, seq FROM taken", row -> two(row))))
            .orElse(List.of());
    for (Object[] row : taken) {
      db.update("INSERT OR IGNORE INTO taken VALUES (?, ?)", row[0], row[1]);
    }
  }

  private static Object[] two(ResultSet row) throws SQLException {
    return new Object[] {row.getString(1), row.getLong(2)};
  }

  private void copyDrops() throws SQLException {
    List<DropRecord> drops =
        file.piece(db -> Optional.of(DroppedEvents.list(db))).orElse(List.of());
    for (DropRecord drop : drops) {
      DroppedEvents.copy(db, drop);
    }
  }

  private void copyDead() throws SQLException {
    long last = file.number("SELECT max(number) FROM dead");
    boolean whole = file.scan(DeadTable.FROM, Math.max(1, last), this::deadLetter);
    Optional<Map<String, Long>> counts = file.piece(SalvagedTables::counts);
    DroppedEvents drops = new DroppedEvents(db);
    if (counts.isEmpty() && !whole && parked) {
      drops.addUnknown(DroppedEvents.DAMAGED, "", OptionalLong.empty());
    }
    for (Map.Entry<String, Long> sink : counts.orElse(Map.of()).entrySet()) {
      long lost = sink.getValue() - dead.getOrDefault(sink.getKey(), 0L);
      if (lost > 0) {
        drops.addUnknown(DroppedEvents.DAMAGED, sink.getKey(), OptionalLong.of(lost));
      }
    }
  }

  private DamagedFile.Target deadLetter(ResultSet row) throws SQLException {
    DeadTable.@Nullable Letter deadLetter = DeadTable.intact(row);
    return () -> {
      if (deadLetter != null) {
        dead.merge(deadLetter.sink(), 1L, Long::sum);
        DeadTable.insert(db, deadLetter);
      }
    };
  }

  private static Optional<Map<String, Long>> counts(Database db) throws SQLException {
    Map<String, Long> counts = new TreeMap<>();
    db.each(
        BY_SINK,
        row -> {
          counts.put(row.getString(1), row.getLong(2));
          return true;
        });
    return Optional.of(counts);
  }
}
