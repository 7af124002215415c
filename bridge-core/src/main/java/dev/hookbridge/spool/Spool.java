package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.repair.OpenedSpool;
import dev.hookbridge.spool.repair.QuarantinedFile;
import dev.hookbridge.spool.sqlite.Faults;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.sqlite.Wal;
import dev.hookbridge.spool.state.CommitListener;
import dev.hookbridge.spool.state.Epoch;
import dev.hookbridge.spool.state.HighWaterFile;
import dev.hookbridge.spool.state.HostIdentity;
import dev.hookbridge.spool.state.PreviousEpoch;
import dev.hookbridge.spool.state.ReserveFile;
import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.DropRecord;
import dev.hookbridge.spool.table.DroppedEvents;
import dev.hookbridge.spool.table.ObjectKeys;
import dev.hookbridge.spool.table.SpooledEvent;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Stores events on disk until every sink's broker has them. Each event gets a sequence number. The
 * size on disk is bounded. Thread-safe; only one thread writes at a time.
 *
 * <p>The events of an {@link #append} that has returned are durable (SQLite, write-ahead log,
 * {@code synchronous=FULL}). What a sink {@linkplain Cursor#confirm confirms} is durable after the
 * next {@link #save}, which the agent calls every second. After a crash a sink gets again what it
 * confirmed since the last save. It never misses an event.
 */
public final class Spool implements AutoCloseable {
  private static final int DRAIN = 500; // the spool drains when a save removes this many events

  private final Folder folder;
  private final SpoolState state;
  private final Epoch epoch;
  private final DiskBudget diskBudget;
  private final SpoolWriter writer;
  private final PageReader readers;
  private final AppendHandler appendHandler;
  private final DeadLetters dead;
  private final DroppedEvents drops;
  private final IntactReader reading;
  private final HighWaterFile outside;
  private final Optional<QuarantinedFile> setAside;
  private final SpoolMeters meters;
  private final long limit;
  private final AppendListeners bells = new AppendListeners();
  private final ObjectKeys keys;

  private Spool(OpenedSpool opening, Limits limits, MeterRegistry registry) throws SQLException {
    ReserveFile reserveFile = new ReserveFile(opening.folder().path(), DiskBudget.side(limits));
    DroppedEvents unreported = new DroppedEvents(opening.db());
    this.diskBudget = new DiskBudget(opening, limits, reserveFile, unreported);
    this.folder = opening.folder();
    this.state = opening.state();
    this.epoch = opening.epoch();
    this.setAside = opening.setAside();
    this.drops = unreported;
    this.readers = new PageReader(folder.file());
    Wal wal =
        new Wal(opening.db(), Folder.wal(folder.file()), DiskBudget.side(limits), readers.pause());
    this.writer = new SpoolWriter(opening, reserveFile, wal);
    this.appendHandler = new AppendHandler(opening, diskBudget, unreported);
    this.dead = new DeadLetters(writer, opening, diskBudget, limits, unreported, bells::ring);
    this.reading = new IntactReader(opening, readers, writer, unreported);
    this.outside = opening.outside();
    this.limit = limits.maxBytes() - DiskBudget.side(limits);
    this.keys = ObjectKeys.load(opening.db());
    this.meters = new SpoolMeters(registry, this);
  }

  /**
   * Opens the spool in a folder, for a host without a boot id and without a folder for run-time
   * files.
   */
  public static Spool open(Path path, String host, Limits limits, MeterRegistry meters)
      throws SpoolException {
    return open(path, new HostIdentity(host, "", ""), Optional.empty(), limits, meters);
  }

  /**
   * Opens the spool in a folder. Creates the folder and the spool when they are missing. Only one
   * agent at a time can open a spool.
   *
   * @param me the identity of the host; a new epoch begins when it differs from the last one
   * @param runtime a folder that is empty after each boot and is in no backup. It holds a second
   *     copy of the highest sequence number
   * @throws SpoolException of kind {@code IN_USE}, {@code FOREIGN}, {@code NEWER} or {@code FAILED}
   */
  public static Spool open(
      Path path, HostIdentity me, Optional<Path> runtime, Limits limits, MeterRegistry meters)
      throws SpoolException {
    try {
      Folder folder = Folder.take(path);
      try {
        Spool spool = new Spool(OpenedSpool.of(folder, me, runtime), limits, meters);
        spool.writer.tidy(spool.diskBudget, true);
        return spool;
      } catch (SQLException | IOException | SpoolException | RuntimeException e) {
        folder.close();
        throw e;
      }
    } catch (SQLException e) {
      throw Faults.of(path, e);
    } catch (IOException e) {
      throw Faults.of(path, e);
    }
  }

  /**
   * Returns the name of the current epoch. A new epoch begins with a new file and with a new {@link
   * HostIdentity}.
   */
  public String epoch() {
    return epoch.name();
  }

  /** Returns the previous epoch, until a {@link Batch#reportingPrevious batch} has reported it. */
  public Optional<PreviousEpoch> previous() throws SpoolException {
    return writer.alone(db -> epoch.previous());
  }

  /**
   * Returns the name that this host had in the previous epoch, if it is another one and until a
   * {@link Batch#reportingPrevious batch} has reported it.
   */
  public Optional<String> previousHost() throws SpoolException {
    return writer.alone(db -> epoch.previousHost());
  }

  /** Returns the highest sequence number so far; 0 before the first event. */
  public long last() {
    return state.last();
  }

  /** Returns the number of stored events. */
  public long events() {
    return state.events();
  }

  /** Returns the bytes of the database file and its log on disk. */
  public long bytes() {
    return Folder.size(folder.file()) + Folder.size(Folder.wal(folder.file()));
  }

  /** Returns the value of {@link #bytes} at which events are dropped. */
  public long limit() {
    return limit;
  }

  /**
   * Returns the latest note of a {@link Batch#reporting(String) batch}: up to there the loss log
   * has been reported.
   */
  public Optional<String> note() throws SpoolException {
    return writer.alone(db -> appendHandler.note());
  }

  /**
   * Stores a batch in one transaction. The events have sequence numbers and are durable when this
   * method returns. Keep a batch to a few MiB, because the log must hold it.
   *
   * @throws SpoolException when nothing was stored: keep the files and try again
   */
  public AppendResult append(Batch batch) throws SpoolException {
    long begun = System.nanoTime();
    List<ObjectKeys.Saved> known = new ArrayList<>();
    AppendResult appended =
        writer.transact(
            (db, change) -> {
              known.addAll(keys.save(db, change.last()));
              return appendHandler.append(batch, change);
            });
    keys.saved(known);
    meters.committed(System.nanoTime() - begun);
    if (appended.stored() > 0) {
      bells.ring();
    }
    return appended;
  }

  /** Returns the table with the latest key of each guest and network. */
  public ObjectKeys keys() {
    return keys;
  }

  /**
   * Forgets ids with the next transaction. Call it when the files of these ids are removed and
   * their folder is synced.
   */
  public void forget(Collection<String> ids) {
    state.forget(ids);
  }

  /**
   * Forgets every id that was remembered before this spool was opened. Call it once all files that
   * were in the mailbox at the start are ingested and removed, and their folder is synced.
   */
  public void forgetEarlier() throws SpoolException {
    writer.transact((db, change) -> appendHandler.forgetEarlier());
  }

  /**
   * Returns the drops that were not reported yet. Report them with {@link Batch#reporting(List)}.
   * Only the list of the latest call may be reported.
   */
  public List<DropRecord> unreportedDrops() throws SpoolException {
    return writer.transact((db, change) -> drops.handOut());
  }

  /** Returns the damaged file that was moved out of the way when the spool was opened. */
  public Optional<QuarantinedFile> setAside() {
    return setAside;
  }

  /** Returns the dead letters. */
  public DeadLetters deadLetters() {
    return dead;
  }

  /**
   * Sets the listener for damage that only another {@link #open} can repair. It is called on any
   * thread.
   */
  public void onDamage(Consumer<SpoolException> listener) {
    folder.onDamage(listener);
  }

  /**
   * Adds a callback that runs after every append that stored an event. It must be quick, and runs
   * on any thread.
   */
  public void onAppend(Runnable wake) {
    bells.add(wake);
  }

  /** Adds a listener that gets every event that is stored from now on. */
  public void onStored(CommitListener listener) {
    state.listen(listener);
  }

  /**
   * Sets the configured sinks. A new sink starts at the oldest stored event. Call it once, before
   * the first event is read.
   *
   * @return the sinks that are no longer configured, with their unconfirmed events; the spool keeps
   *     these until {@link #release}
   */
  public List<RemovedSink> sinks(Set<String> names) throws SpoolException {
    return writer.transact((db, change) -> new Sinks(db, state).become(names, change));
  }

  /**
   * Deletes the cursors of removed sinks. From now on the spool keeps no events for them. Their
   * dead letters stay.
   */
  public void release(List<RemovedSink> orphans) throws SpoolException {
    writer.transact(
        (db, change) -> {
          orphans.forEach(orphan -> change.remove(orphan.sink()));
          return orphans;
        });
  }

  /**
   * Returns what a sink has confirmed.
   *
   * @throws IllegalArgumentException when {@link #sinks} has not named the sink
   */
  public Cursor cursor(String sink) {
    return state.cursor(sink);
  }

  /** Returns the number of events that a sink has not confirmed. */
  public long unconfirmed(String sink) {
    return state.unconfirmed(cursor(sink));
  }

  /**
   * Returns the time of the hook call of the oldest event that a sink has not confirmed; empty when
   * there is no such event.
   */
  public Optional<Instant> oldest(String sink) throws SpoolException {
    long first = cursor(sink).low() + 1;
    return reading.with(db -> PageReader.time(db, first));
  }

  /**
   * Reads the next events for a sink, in order. These are the events for this sink that it has not
   * confirmed.
   *
   * @param after the sequence number after which the reading begins
   * @param maxBytes the maximum sum of {@link Envelope#size}; one event is always returned,
   *     whatever its size
   * @return the events; empty when there are none
   */
  public List<SpooledEvent> read(String sink, long after, int maxEvents, long maxBytes)
      throws SpoolException {
    return read(sink, after, maxEvents, maxBytes, ReadLimit.ALL);
  }

  /**
   * Reads the next events for a sink, as far as {@code admission} allows.
   *
   * @param admission asked before the data of each event is read
   */
  public List<SpooledEvent> read(
      String sink, long after, int maxEvents, long maxBytes, ReadLimit admission)
      throws SpoolException {
    Cursor cursor = cursor(sink);
    return reading.events(
        db -> PageReader.page(db, cursor, after, last(), maxEvents, maxBytes, admission));
  }

  /** Returns one event; empty when it is no longer stored. */
  public Optional<SpooledEvent> get(long sequence) throws SpoolException {
    return reading.events(db -> PageReader.one(db, sequence)).stream().findFirst();
  }

  /**
   * Makes durable what the sinks have confirmed and which ids were forgotten. Deletes the events
   * that all sinks have confirmed. The agent calls this method every second.
   */
  public void save() throws SpoolException {
    long before = state.events();
    boolean more = state.dirty();
    while (more) {
      more = writer.transact((db, change) -> Purge.some(state, change));
    }
    outside.sync();
    long left = state.events();
    writer.tidy(diskBudget, left == 0 || before - left < DRAIN);
  }

  /** Saves, and releases the folder. */
  @Override
  public void close() throws SpoolException {
    try {
      save();
    } finally {
      meters.close();
      readers.close();
      outside.close();
      writer.close();
    }
  }
}
