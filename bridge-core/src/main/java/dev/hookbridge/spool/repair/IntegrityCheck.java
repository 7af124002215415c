package dev.hookbridge.spool.repair;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Faults;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.table.CursorTable;
import dev.hookbridge.spool.table.Events;
import dev.hookbridge.spool.table.Meta;
import dev.hookbridge.spool.table.Ranges;
import java.nio.file.Path;
import java.sql.SQLException;

/** Checks the parts of a file that a start depends on. */
final class IntegrityCheck {
  /**
   * The maximum size of a file that is checked completely. A larger file would delay the start too
   * long.
   */
  private static final long LOOKED_THROUGH = 64L << 20;

  private IntegrityCheck() {}

  /**
   * Checks the first and the last event, and the numbers. Checks every page when the file was not
   * closed properly and is small.
   *
   * @param closed whether the file was closed properly
   * @throws SQLException with the code of damage, when the file is damaged
   */
  static void examine(Database db, Path file, boolean closed) throws SQLException {
    long highest = db.number("SELECT max(seq) FROM event", 0);
    long last = new Meta(db).number("last", 0);
    Ranges gone = gone(db);
    if (highest > last) {
      throw Faults.corrupt("event " + highest + " has a number that was not given yet");
    }
    if (highest < last && !gone.contains(last)) {
      throw Faults.corrupt("event " + last + " is missing");
    }
    for (String order : new String[] {"ASC", "DESC"}) {
      db.first(
          "SELECT " + Events.COLUMNS + " FROM event ORDER BY seq " + order + " LIMIT 1",
          row -> row.getBytes("data"));
    }
    if (!closed && Folder.size(file) <= LOOKED_THROUGH) {
      String found = db.first("PRAGMA quick_check(1)", row -> row.getString(1)).orElse("nothing");
      if (!found.equals("ok")) {
        throw Faults.corrupt(found);
      }
    }
  }

  private static Ranges gone(Database db) throws SQLException {
    return db.first(CursorTable.SELECT + " WHERE sink = ''", CursorTable::confirmed)
        .orElseGet(Ranges::new);
  }
}
