package dev.hookbridge.spool.repair;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.table.CursorTable;
import dev.hookbridge.spool.table.Meta;
import dev.hookbridge.spool.table.Ranges;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a damaged database piece by piece, and skips what cannot be read. */
final class DamagedFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DamagedFile.class);
  private static final int CACHE_KIB = 8 * 1024;

  /**
   * The length of the header in SQLite's file format. The next constants are the offsets of the
   * fields that differ between spools.
   */
  private static final int HEADER = 100;

  private static final int CHANGES = 24;
  private static final int FREE_PAGES = 32;
  private static final int VALID_FOR = 92;

  private final Path file;
  private final Optional<Database> open;

  /**
   * Opens a damaged file. Repairs its first page if necessary.
   *
   * @param pristine the first page of an empty spool
   */
  DamagedFile(Path file, byte[] pristine) {
    this.file = file;
    this.open = tryOpen(file, pristine);
  }

  private static Optional<Database> tryOpen(Path file, byte[] pristine) {
    Optional<Database> found = tryOpen(file);
    for (int repaired : new int[] {HEADER, pristine.length}) {
      if (found.filter(DamagedFile::readable).isEmpty()) {
        found.ifPresent(Database::closeQuietly);
        repair(file, Arrays.copyOf(pristine, repaired));
        found = tryOpen(file);
      }
    }
    return found;
  }

  private static boolean readable(Database db) {
    try {
      return db.number("SELECT count(*) FROM sqlite_master WHERE name = 'event'", 0) == 1;
    } catch (SQLException e) {
      return false;
    }
  }

  /**
   * Rewrites the first page or its header. It is the same in every spool, except for the number of
   * pages and the list of free pages. SQLite then takes the number of pages from the length of the
   * file.
   */
  private static void repair(Path file, byte[] page) {
    ByteBuffer bytes = ByteBuffer.wrap(page);
    bytes.putInt(CHANGES, 2).putLong(FREE_PAGES, 0).putInt(VALID_FOR, 1);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(bytes, 0);
    } catch (IOException e) {
      LOG.warn("{} cannot be written: {}", file, e.toString());
    }
  }

  private static Optional<Database> tryOpen(Path file) {
    try {
      Database db = Database.open(file, CACHE_KIB);
      db.run("PRAGMA writable_schema = ON"); // SQLite then accepts a short file
      return Optional.of(db);
    } catch (SQLException e) {
      LOG.debug("{} cannot be opened", file, e);
      return Optional.empty();
    }
  }

  /** Reads a piece of the file; empty when it cannot be read. */
  <T> Optional<T> piece(Piece<T> piece) {
    try {
      return open.isEmpty() ? Optional.empty() : piece.of(open.get());
    } catch (SQLException | RuntimeException e) {
      LOG.debug("a piece of {} cannot be read", file, e);
      return Optional.empty();
    }
  }

  Optional<String> text(String name) {
    return piece(db -> new Meta(db).text(name));
  }

  long number(String sql) {
    return piece(db -> db.first(sql, row -> row.getLong(1))).orElse(0L);
  }

  /** Returns the highest sequence number in the file. */
  long last() {
    long last = piece(db -> Optional.of(new Meta(db).number("last", 0))).orElse(0L);
    return Math.max(last, number("SELECT max(seq) FROM event"));
  }

  /**
   * Returns what the sinks have confirmed. The numbers without a row are under {@link
   * SpoolState#NOBODY}.
   */
  Map<String, Ranges> cursors() {
    Map<String, Ranges> cursors = new TreeMap<>();
    long sinks = number("SELECT count(*) FROM cursor");
    for (int i = 0; i < sinks; i++) {
      String sql = CursorTable.SELECT + " ORDER BY rowid LIMIT 1 OFFSET " + i;
      piece(
          db ->
              db.first(
                  sql,
                  row -> {
                    cursors.put(row.getString(1), CursorTable.confirmed(row));
                    return true;
                  }));
    }
    return cursors;
  }

  /**
   * Passes on every row of a table that can be read.
   *
   * @param sql selects the rows from a key on, ordered by the key, which is the first column
   * @param last the highest possible key
   * @return whether all rows could be read
   * @throws SQLException only what {@code target} throws
   */
  boolean scan(String sql, long last, Database.Row<Target> rows) throws SQLException {
    return open.isPresent() && new Scan(open.get(), sql, last, rows).run();
  }

  @Override
  public void close() {
    open.ifPresent(Database::closeQuietly);
  }

  /** Reads a piece of the file. */
  interface Piece<T> {
    Optional<T> of(Database db) throws SQLException;
  }

  /** Writes a row that could be read. */
  interface Target {
    /** Writes the row. An exception is about the file that is written, and ends the scan. */
    void write() throws SQLException;
  }

  /** A scan that restarts after each place that cannot be read. */
  private static final class Scan implements Database.Row<Boolean> {
    /** After this many unreadable keys in a row, the scan tries only every 64th key. */
    private static final int PATIENCE = 1_000;

    private static final int STRIDE = 64;

    private final Database db;
    private final String sql;
    private final long last;
    private final Database.Row<Target> rows;
    private long next = 1;
    private int unreadable;
    private @Nullable SQLException failure;

    Scan(Database db, String sql, long last, Database.Row<Target> rows) {
      this.db = db;
      this.sql = sql;
      this.last = last;
      this.rows = rows;
    }

    boolean run() throws SQLException {
      boolean whole = true;
      while (next <= last) {
        try {
          db.each(sql, this, next);
          return whole;
        } catch (SQLException e) {
          if (failure != null) {
            throw failure;
          }
          LOG.debug("cannot be read at {}", next, e);
          whole = false;
          unreadable++;
          next += unreadable > PATIENCE ? STRIDE : 1;
        }
      }
      return whole;
    }

    @Override
    public Boolean read(ResultSet row) throws SQLException {
      long key = row.getLong(1);
      Target target = rows.read(row);
      unreadable = 0;
      next = key <= last ? Math.max(next, key + 1) : next;
      try {
        target.write();
      } catch (SQLException e) {
        failure = e;
        throw e;
      }
      return true;
    }
  }
}
