package dev.hookbridge.spool;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Makes the cursors those of the sinks that are configured. */
final class Sinks {
  private final Database db;
  private final Ledger ledger;

  Sinks(Database db, Ledger ledger) {
    this.db = db;
    this.ledger = ledger;
  }

  List<Orphan> become(Set<String> names, Change change) throws SQLException {
    List<Orphan> orphans = new ArrayList<>();
    for (String sink : new TreeSet<>(ledger.cursors().keySet())) {
      if (!names.contains(sink)) {
        orphans.add(remove(sink, change));
      }
    }
    for (String sink : names) {
      if (!ledger.cursors().containsKey(sink)) {
        add(sink, change);
      }
    }
    return orphans;
  }

  private Orphan remove(String sink, Change change) throws SQLException {
    change.remove(sink);
    Cursor cursor = ledger.cursor(sink);
    return new Orphan(sink, ledger.unconfirmed(cursor), DeadTable.count(db, sink));
  }

  /** It starts at the oldest event; what is gone, or meant for another sink, it will not see. */
  private void add(String sink, Change change) throws SQLException {
    Ranges done = ledger.gone().snapshot().ranges();
    db.each(
        "SELECT seq FROM event WHERE only_sink IS NOT NULL AND only_sink <> ?",
        row -> {
          done.add(row.getLong(1), row.getLong(1));
          return true;
        },
        sink);
    change.add(new Cursor(sink, done));
  }
}
