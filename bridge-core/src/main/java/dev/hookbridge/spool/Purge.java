package dev.hookbridge.spool;

import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.state.Transaction;
import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.Ranges;
import java.sql.SQLException;

/**
 * Deletes events that all sinks have confirmed. It deletes a limited number per transaction, so
 * that appends do not wait long.
 */
final class Purge {
  private static final long CHUNK = 2_000;

  private Purge() {}

  /**
   * Saves the cursors, and deletes events that all saved cursors have confirmed.
   *
   * @return whether there may be more to delete
   */
  static boolean some(SpoolState state, Transaction change) throws SQLException {
    Ranges common = confirmedByAll(state, change);
    Ranges doomed = common.without(state.gone().snapshot().ranges());
    long left = CHUNK;
    for (int i = 0; i < doomed.size() && left > 0; i++) {
      long first = doomed.first(i);
      long last = Math.min(doomed.last(i), first + left - 1);
      state.delete(change, first, last);
      left -= last - first + 1;
    }
    if (left > 0) {
      change.trim();
    }
    return left == 0;
  }

  private static Ranges confirmedByAll(SpoolState state, Transaction change) {
    Ranges common = null;
    for (Cursor cursor : state.cursors().values()) {
      Ranges confirmed = change.of(cursor).ranges();
      common = common == null ? confirmed : common.and(confirmed);
    }
    return common == null ? new Ranges() : common;
  }
}
