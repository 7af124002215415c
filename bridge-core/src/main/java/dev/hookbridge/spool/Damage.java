package dev.hookbridge.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out whether a file is sound, and moves one that is not out of the way. */
final class Damage {
  private static final Logger LOG = LoggerFactory.getLogger(Damage.class);
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  /** A larger file would take too long to look through at the start. */
  private static final long LOOKED_THROUGH = 64L << 20;

  private static final int CACHE_KIB = 512;

  private Damage() {}

  /**
   * Looks at what a start depends on: the first and the last event, the numbers, and, when the file
   * was not closed and is small, every page.
   *
   * @throws SQLException with the code of damage, when there is some
   */
  static void examine(Database db, Path file, boolean closed) throws SQLException {
    long highest = db.number("SELECT max(seq) FROM event", 0);
    if (highest > new Meta(db).number("last", 0)) {
      throw corrupt("event " + highest + " has a number that was not given yet");
    }
    for (String order : new String[] {"ASC", "DESC"}) {
      db.first(
          "SELECT " + Events.COLUMNS + " FROM event ORDER BY seq " + order + " LIMIT 1",
          Events::stored);
    }
    if (!closed && Folder.size(file) <= LOOKED_THROUGH) {
      String found = db.first("PRAGMA quick_check(1)", row -> row.getString(1)).orElse("nothing");
      if (!found.equals("ok")) {
        throw corrupt(found);
      }
    }
  }

  private static SQLException corrupt(String found) {
    return new SQLException(found, "", Faults.CORRUPT);
  }

  /** Moves the file and its log aside, under one name, so that SQLite finds both together. */
  static SetAside setAside(Folder folder, String reason) throws IOException {
    SetAside found = read(folder, reason);
    Path wal = Folder.wal(folder.file());
    if (Files.exists(wal)) {
      Files.move(wal, Folder.wal(found.file()), StandardCopyOption.ATOMIC_MOVE);
    }
    Files.deleteIfExists(Folder.shm(folder.file()));
    Files.move(folder.file(), found.file(), StandardCopyOption.ATOMIC_MOVE);
    folder.sync();
    LOG.error(
        "the spool was damaged ({}); it is now {}, and a new epoch begins", reason, found.file());
    return found;
  }

  private static SetAside read(Folder folder, String reason) {
    Path file = folder.file().resolveSibling("spool.db.damaged-" + STAMP.format(Instant.now()));
    try (Database db = Database.open(folder.file(), CACHE_KIB)) {
      Meta meta = new Meta(db);
      Optional<String> events = meta.text("events");
      return new SetAside(
          file,
          reason,
          Epoch.asPrevious(meta),
          events.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(events.get())));
    } catch (SQLException | NumberFormatException e) {
      return new SetAside(file, reason, Previous.unknown(), OptionalLong.empty());
    }
  }
}
