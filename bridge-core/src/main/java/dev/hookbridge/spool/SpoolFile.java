package dev.hookbridge.spool;

import dev.hookbridge.spool.SpoolException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.Optional;

/** Makes the file, and opens it. */
final class SpoolFile {
  static final long SCHEMA = 1;

  /** {@code hkbr}: what SQLite's {@code application_id} says of a spool. */
  static final long APPLICATION = 0x686b6272;

  private static final int CACHE_KIB = 8 * 1024;
  private static final String[] TABLES = {
    Meta.TABLE,
    Events.TABLE,
    Events.INDEX,
    Ledger.CURSORS,
    Ledger.TAKEN,
    Drops.TABLE,
    DeadTable.TABLE,
    DeadTable.BY_SINK,
    DeadTable.BY_RETRY,
    Keys.TABLE
  };

  private SpoolFile() {}

  /** A file under its name is always complete: it is made under another one. */
  static void create(Folder folder, Optional<SetAside> replaced) throws IOException, SQLException {
    Path draft = folder.path().resolve("spool.db.new");
    for (Path left : new Path[] {draft, Folder.wal(draft), Folder.shm(draft)}) {
      Files.deleteIfExists(left);
    }
    Folder.create(draft);
    try (Database db = Database.open(draft, CACHE_KIB)) {
      db.run("PRAGMA page_size = 4096");
      db.run("PRAGMA auto_vacuum = INCREMENTAL");
      db.run("PRAGMA application_id = " + APPLICATION);
      db.run("PRAGMA journal_mode = WAL");
      db.run("BEGIN IMMEDIATE");
      for (String statement : TABLES) {
        db.run(statement);
      }
      begin(db, replaced);
      db.run("COMMIT");
    }
    Files.move(draft, folder.file(), StandardCopyOption.ATOMIC_MOVE);
    folder.sync();
  }

  private static void begin(Database db, Optional<SetAside> replaced) throws SQLException {
    Meta meta = new Meta(db);
    meta.put("schema", SCHEMA);
    Epoch.follows(meta, replaced.map(SetAside::previous).orElseGet(Previous::unknown));
    if (replaced.isPresent()) {
      Drops.damaged(db, replaced.get().events());
    }
  }

  /**
   * Opens a file and looks whether it is a spool of a version that this code knows.
   *
   * @throws SQLException among others when it is damaged
   */
  static Database open(Path file) throws SQLException, SpoolException {
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
      throw new SpoolException(
          Kind.FOREIGN, file + " is a database of another program; move it away.");
    }
    long schema = new Meta(db).number("schema", 0);
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
  }
}
