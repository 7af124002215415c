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
import dev.hookbridge.spool.table.Drop;
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
 * The spool as another process sees it, for instance a command, whether or not an agent runs. It
 * takes no lock and changes nothing but the wishes about dead letters, which the agent fulfils. To
 * be used by one thread, as the owner of the folder.
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
   * Opens the spool of a folder, or a file that was set aside.
   *
   * @throws SpoolException when there is none, it is damaged or not a spool
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
   * The process that has the spool of a folder, an agent, as the kernel's list of locks tells. No
   * lock is tried for, which could be in the way of an agent that is just starting.
   *
   * @return empty when no process of this PID namespace has it
   * @throws IOException when the list cannot be read
   */
  public static OptionalLong holder(Path folder) throws IOException {
    return Folder.holder(folder, Path.of("/proc/locks"));
  }

  /** The name of the epoch under way. */
  public String epoch() throws SpoolException {
    return look(() -> meta.text("epoch").orElse(PreviousEpoch.UNKNOWN));
  }

  /** The highest number given. */
  public long last() throws SpoolException {
    return look(() -> meta.number("last", 0));
  }

  /** How many events are held. */
  public long events() throws SpoolException {
    return look(() -> meta.number("events", 0));
  }

  /** What the file and its log take on disk. */
  public long bytes() {
    return Folder.size(file) + Folder.size(Folder.wal(file));
  }

  /** Where each sink stands. */
  public List<SinkStatus> sinks() throws SpoolException {
    return look(
        () -> {
          List<SinkStatus> sinks = new ArrayList<>();
          SpoolState ledger = SpoolState.load(db);
          for (Cursor cursor : ledger.cursors().values()) {
            String sink = cursor.sink();
            sinks.add(
                new SinkStatus(
                    sink, cursor.low(), ledger.unconfirmed(cursor), DeadTable.count(db, sink)));
          }
          return sinks;
        });
  }

  /** Events above a number, whoever has confirmed them, in order. A damaged one is left out. */
  public List<SpooledEvent> events(long after, int most) throws SpoolException {
    return look(
        () ->
            db.list(EVENTS, Events::intact, after, most).stream()
                .flatMap(Optional::stream)
                .toList());
  }

  /** What was let go and has not been told yet. */
  public List<Drop> unreportedDrops() throws SpoolException {
    return look(() -> DroppedEvents.list(db));
  }

  /** Dead letters above a number, of all sinks, in order. */
  public List<DeadLetter> deadLetters(long after, int most) throws SpoolException {
    return look(() -> DeadTable.list(db, after, most));
  }

  /** The event of a dead letter; empty when there is none, or it is damaged. */
  public Optional<Envelope> deadEvent(long number) throws SpoolException {
    return look(() -> DeadTable.envelope(db, number));
  }

  /**
   * Asks the agent to send dead letters again.
   *
   * @return how many there are of them
   */
  public int requestRetry(Collection<Long> numbers) throws SpoolException {
    return change("UPDATE dead SET retry = 1 WHERE number = ?", numbers);
  }

  /** Asks the agent to send all dead letters of a sink again. */
  public int requestRetry(String sink) throws SpoolException {
    return look(() -> db.update("UPDATE dead SET retry = 1 WHERE sink = ?", sink));
  }

  /**
   * Removes dead letters for good.
   *
   * @return how many there were of them
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

  /** What is looked at or changed. */
  private interface Look<T> {
    T at() throws SQLException;
  }
}
