package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.repair.SpoolFile;
import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Faults;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.sqlite.NativeLibrary;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.state.PreviousEpoch;
import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.DeadLetter;
import dev.hookbridge.spool.table.DeadTable;
import dev.hookbridge.spool.table.DropRecord;
import dev.hookbridge.spool.table.DroppedEvents;
import dev.hookbridge.spool.table.Events;
import dev.hookbridge.spool.table.Meta;
import dev.hookbridge.spool.table.SpooledEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Shows the spool to another process, for instance a command. It works with and without a running
 * agent. It takes no lock. Its only changes are to dead letters: it discards them, or requests a
 * retry, which the agent executes. Use it on one thread, and as the user that owns the folder.
 */
public final class SpoolView implements AutoCloseable {
  private static final String EVENTS =
      "SELECT " + Events.COLUMNS + " FROM event WHERE seq > ? ORDER BY seq LIMIT ?";

  private final Path file;
  private final Database db;
  private final Meta meta;

  private SpoolView(Path file, Database db) {
    this.file = file;
    this.db = db;
    this.meta = new Meta(db);
  }

  /**
   * Opens the spool in a folder, or a damaged file that was set aside.
   *
   * @throws SpoolException when there is no spool, it is damaged, or the file is not a spool
   */
  public static SpoolView open(Path path) throws SpoolException {
    boolean folder = Files.isDirectory(path);
    Path file = folder ? Folder.file(path) : path;
    if (!Files.exists(file)) {
      throw new SpoolException(
          SpoolException.Kind.FAILED, "There is no spool at " + path + "; start the agent once.");
    }
    NativeLibrary.find(folder ? path : path.toAbsolutePath().resolveSibling(""));
    try {
      return new SpoolView(file, SpoolFile.open(file));
    } catch (SQLException e) {
      throw Faults.of(path, e);
    }
  }

  /**
   * Returns the process that holds the spool of a folder, normally an agent. Reads the kernel's
   * list of locks. It does not try to take the lock, which could disturb an agent that is starting.
   *
   * @return the process id; empty when no process of this PID namespace holds the spool
   * @throws IOException when the list cannot be read
   */
  public static OptionalLong holder(Path folder) throws IOException {
    return Folder.holder(folder, Path.of("/proc/locks"));
  }

  /** Returns the name of the current epoch. */
  public String epoch() throws SpoolException {
    return look(() -> meta.text("epoch").orElse(PreviousEpoch.UNKNOWN));
  }

  /** Returns the highest sequence number. */
  public long last() throws SpoolException {
    return look(() -> meta.number("last", 0));
  }

  /** Returns the number of stored events. */
  public long events() throws SpoolException {
    return look(() -> meta.number("events", 0));
  }

  /** Returns the bytes of the file and its log on disk. */
  public long bytes() {
    return Folder.size(file) + Folder.size(Folder.wal(file));
  }

  /** Returns the position of each sink. */
  public List<SinkStatus> sinks() throws SpoolException {
    return look(
        () -> {
          List<SinkStatus> sinks = new ArrayList<>();
          SpoolState state = SpoolState.load(db);
          for (Cursor cursor : state.cursors().values()) {
            String sink = cursor.sink();
            sinks.add(
                new SinkStatus(
                    sink, cursor.low(), state.unconfirmed(cursor), DeadTable.count(db, sink)));
          }
          return sinks;
        });
  }

  /**
   * Returns events after a sequence number, in order, whether or not a sink has confirmed them.
   * Leaves out damaged events.
   */
  public List<SpooledEvent> events(long after, int most) throws SpoolException {
    return look(
        () ->
            db.list(EVENTS, Events::intact, after, most).stream()
                .flatMap(Optional::stream)
                .toList());
  }

  /** Returns the drops that were not reported yet. */
  public List<DropRecord> unreportedDrops() throws SpoolException {
    return look(() -> DroppedEvents.list(db));
  }

  /** Returns the dead letters of all sinks after a dead letter number, in order. */
  public List<DeadLetter> deadLetters(long after, int most) throws SpoolException {
    return look(() -> DeadTable.list(db, after, most));
  }

  /** Returns the event of a dead letter; empty when the dead letter is missing or damaged. */
  public Optional<Envelope> deadEvent(long number) throws SpoolException {
    return look(() -> DeadTable.envelope(db, number));
  }

  /**
   * Requests a retry of dead letters. The agent sends them again.
   *
   * @return the number of dead letters that exist
   */
  public int requestRetry(Collection<Long> numbers) throws SpoolException {
    return change("UPDATE dead SET retry = 1 WHERE number = ?", numbers);
  }

  /**
   * Requests a retry of all dead letters of a sink.
   *
   * @return the number of dead letters
   */
  public int requestRetry(String sink) throws SpoolException {
    return look(() -> db.update("UPDATE dead SET retry = 1 WHERE sink = ?", sink));
  }

  /**
   * Deletes dead letters permanently.
   *
   * @return the number of deleted dead letters
   */
  public int discard(Collection<Long> numbers) throws SpoolException {
    return change("DELETE FROM dead WHERE number = ?", numbers);
  }

  private int change(String sql, Collection<Long> numbers) throws SpoolException {
    return look(
        () -> {
          int changed = 0;
          db.run("BEGIN IMMEDIATE");
          try {
            for (long number : numbers) {
              changed += db.update(sql, number);
            }
          } finally {
            db.run("COMMIT");
          }
          return changed;
        });
  }

  private <T> T look(Look<T> look) throws SpoolException {
    try {
      return look.at();
    } catch (SQLException e) {
      throw Faults.of(file, e);
    }
  }

  @Override
  public void close() throws SpoolException {
    look(
        () -> {
          db.close();
          return true;
        });
  }

  /** A read or a change of the database. */
  private interface Look<T> {
    T at() throws SQLException;
  }
}
