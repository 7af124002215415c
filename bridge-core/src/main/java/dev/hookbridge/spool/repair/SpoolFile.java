package dev.hookbridge.spool.repair;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Faults;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.sqlite.SpoolException.Kind;
import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.table.CursorTable;
import dev.hookbridge.spool.table.DeadTable;
import dev.hookbridge.spool.table.DroppedEvents;
import dev.hookbridge.spool.table.Events;
import dev.hookbridge.spool.table.Meta;
import dev.hookbridge.spool.table.ObjectKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;

/** Creates and opens the database file. */
public final class SpoolFile {
  static final long SCHEMA = 2;

  private static final long FIRST_SCHEMA = 1;

  /** The value of SQLite's {@code application_id} in a spool: {@code hkbr}. */
  static final long APPLICATION = 0x686b6272;

  private static final String OURS =
      "SELECT count(*) FROM sqlite_master WHERE name IN ('event', 'cursor', 'taken', 'dropped')";

  private static final int CACHE_KIB = 8 * 1024;
  private static final String[] TABLES = {
    Meta.TABLE,
    Events.TABLE,
    Events.INDEX,
    CursorTable.TABLE,
    SpoolState.TAKEN,
    DroppedEvents.TABLE,
    DeadTable.TABLE,
    DeadTable.BY_SINK,
    DeadTable.BY_RETRY,
    ObjectKeys.TABLE
  };

  private SpoolFile() {}

  /** Creates the file of a folder. A file under this name is always complete. */
  static void create(Folder folder) throws IOException, SQLException {
    Path draft = folder.path().resolve("spool.db.new");
    for (Path left : new Path[] {draft, Folder.wal(draft), Folder.shm(draft)}) {
      Files.deleteIfExists(left);
    }
    create(draft);
    Files.move(draft, folder.file(), StandardCopyOption.ATOMIC_MOVE);
    folder.sync();
  }

  /** Creates an empty spool under an unused name. */
  static void create(Path file) throws IOException, SQLException {
    Folder.create(file);
    try (Database db = Database.open(file, CACHE_KIB)) {
      db.run("PRAGMA page_size = 4096");
      db.run("PRAGMA auto_vacuum = INCREMENTAL");
      db.run("PRAGMA application_id = " + APPLICATION);
      db.run("PRAGMA journal_mode = WAL");
      db.run("BEGIN IMMEDIATE");
      for (String statement : TABLES) {
        db.run(statement);
      }
      new Meta(db).put("schema", SCHEMA);
      db.run("COMMIT");
    }
  }

  /**
   * Opens a file, and checks that it is a spool of a supported version.
   *
   * @throws SQLException when the file is damaged, among other reasons
   * @throws SpoolException of kind {@code FOREIGN} or {@code NEWER} when the file is not a spool of
   *     a supported version
   */
  public static Database open(Path file) throws SQLException, SpoolException {
    if (Folder.size(file) == 0) {
      throw new SQLException("the file is empty", "", Faults.CORRUPT);
    }
    Database db = Database.open(file, CACHE_KIB);
    try {
      examine(db, file);
      return db;
    } catch (SQLException | SpoolException e) {
      db.close();
      throw e;
    }
  }

  private static void examine(Database db, Path file) throws SQLException, SpoolException {
    if (db.number("PRAGMA application_id", 0) != APPLICATION) {
      if (db.number(OURS, 0) > 0) {
        throw Faults.corrupt("its application id is not that of a spool, its tables are");
      }
      throw new SpoolException(
          Kind.FOREIGN, file + " is a database of another program; move it away.");
    }
    long schema = schema(db);
    if (schema > SCHEMA) {
      throw new SpoolException(
          Kind.NEWER,
          file
              + " was written by a newer hookbridge (schema "
              + schema
              + ", this one knows up to "
              + SCHEMA
              + "); install that version, or move the file away.");
    }
    if (schema == FIRST_SCHEMA) {
      throw new SpoolException(
          Kind.FOREIGN,
          file + " was written by an early hookbridge (schema 1); move the file away.");
    }
  }

  /**
   * Returns the schema version. The first schema has no checksums, not even for its own version.
   */
  private static long schema(Database db) throws SQLException {
    String checked = "SELECT count(*) FROM pragma_table_info('meta') WHERE name = 'sum'";
    return db.number(checked, 0) == 0 ? FIRST_SCHEMA : new Meta(db).number("schema", 0);
  }
}
