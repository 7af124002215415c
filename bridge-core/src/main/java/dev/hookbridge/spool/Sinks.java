package dev.hookbridge.spool;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.state.Transaction;
import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.DeadTable;
import dev.hookbridge.spool.table.Ranges;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes the cursors match the configured sinks. New sinks are added at once. Removed sinks are
 * reported, and their cursors are deleted later.
 */
final class Sinks {
  private final Database db;
  private final SpoolState state;

  Sinks(Database db, SpoolState state) {
    this.db = db;
    this.state = state;
  }

  /**
   * Adds a cursor for each new sink. Returns the sinks that are no longer configured. They keep
   * their cursors and events until {@link Spool#release}.
   */
  List<RemovedSink> become(Set<String> names, Transaction change) throws SQLException {
    List<RemovedSink> orphans = new ArrayList<>();
    for (String sink : new TreeSet<>(state.cursors().keySet())) {
      if (!names.contains(sink)) {
        long unconfirmed = state.unconfirmed(state.cursor(sink));
        orphans.add(new RemovedSink(sink, unconfirmed, DeadTable.count(db, sink)));
      }
    }
    for (String sink : names) {
      if (!state.cursors().containsKey(sink)) {
        add(sink, change);
      }
    }
    return orphans;
  }

  /**
   * Adds a sink that starts at the oldest event. Deleted events, and events for one other sink
   * only, count as confirmed.
   */
  private void add(String sink, Transaction change) throws SQLException {
    Ranges done = state.gone().snapshot().ranges();
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
