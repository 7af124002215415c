package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.repair.Opening;
import dev.hookbridge.spool.repair.SetAside;
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
import dev.hookbridge.spool.table.Drop;
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
 * Keeps events from the moment they leave the mailbox until every sink's broker has them: numbered,
 * on disk, bounded. Safe between threads; whatever writes, writes alone.
 *
 * <p>What {@link #append} has returned is durable (SQLite, write-ahead log, {@code
 * synchronous=FULL}). What a sink {@linkplain Cursor#confirm confirms} is durable after the next
 * {@link #save}, which the agent calls every second: after a crash a sink gets again what it
 * confirmed since, never less.
 */
public final class Spool implements AutoCloseable {
  private static final int DRAIN = 500; // so many events less within a second are one

  private final Folder folder;
  private final SpoolState ledger;
  private final Epoch epoch;
  private final DiskBudget diskBudget;
  private final Writer writer;
  private final Readers readers;
  private final AppendHandler appendHandler;
  private final DeadLetters dead;
  private final DroppedEvents drops;
  private final Reading reading;
  private final HighWaterFile outside;
  private final Optional<SetAside> setAside;
  private final SpoolMeters meters;
  private final long limit;
  private final AppendListeners bells = new AppendListeners();
  private final ObjectKeys keys;

  private Spool(Opening opening, Limits limits, MeterRegistry registry) throws SQLException {
    ReserveFile reserveFile = new ReserveFile(opening.folder().path(), DiskBudget.side(limits));
    DroppedEvents unreported = new DroppedEvents(opening.db());
    this.diskBudget = new DiskBudget(opening, limits, reserveFile, unreported);
    this.folder = opening.folder();
    this.ledger = opening.ledger();
    this.epoch = opening.epoch();
    this.setAside = opening.setAside();
    this.drops = unreported;
    this.readers = new Readers(folder.file());
    Wal wal =
        new Wal(opening.db(), Folder.wal(folder.file()), DiskBudget.side(limits), readers.pause());
    this.writer = new Writer(opening, reserveFile, wal);
    this.appendHandler = new AppendHandler(opening, diskBudget, unreported);
    this.dead = new DeadLetters(writer, opening, diskBudget, limits, unreported, bells::ring);
    this.reading = new Reading(opening, readers, writer, unreported);
    this.outside = opening.outside();
    this.limit = limits.maxBytes() - DiskBudget.side(limits);
    this.keys = ObjectKeys.load(opening.db());
    this.meters = new SpoolMeters(registry, this);
  }

  /** Opens the spool of a folder for a host that never boots, with no folder for run-time files. */
  public static Spool open(Path path, String host, Limits limits, MeterRegistry meters)
      throws SpoolException {
    return open(path, new HostIdentity(host, "", ""), Optional.empty(), limits, meters);
  }

  /**
   * Opens the spool of a folder, making both where they are not there. One agent at a time has it.
   *
   * @param me another one than last time begins a new epoch
   * @param runtime a folder that is empty after each boot and in no backup, where the highest
   *     number is kept a second time
   * @throws SpoolException of kind {@code IN_USE}, {@code FOREIGN}, {@code NEWER} or {@code FAILED}
   */
  public static Spool open(
      Path path, HostIdentity me, Optional<Path> runtime, Limits limits, MeterRegistry meters)
      throws SpoolException {
    try {
      Folder folder = Folder.take(path);
      try {
        Spool spool = new Spool(Opening.of(folder, me, runtime), limits, meters);
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

  /** The name of the stretch of numbers under way, new with the file and with the host's name. */
  public String epoch() {
    return epoch.name();
  }

  /** The epoch before, until a {@link Batch#tellingPrevious batch} has told it. */
  public Optional<PreviousEpoch> previous() throws SpoolException {
    return writer.alone(db -> epoch.previous());
  }

  /** The highest number given so far, 0 before the first. */
  public long last() {
    return ledger.last();
  }

  /** How many events are held. */
  public long events() {
    return ledger.events();
  }

  /** What the file and its log take on disk. */
  public long bytes() {
    return Folder.size(folder.file()) + Folder.size(Folder.wal(folder.file()));
  }

  /** What {@link #bytes} may reach before events are dropped. */
  public long limit() {
    return limit;
  }

  /** How far the record of losses has been told. */
  public Optional<String> note() throws SpoolException {
    return writer.alone(db -> appendHandler.note());
  }

  /**
   * Takes a batch in: numbered, stored and durable when this returns, as one transaction. Keep a
   * batch to a few MiB, since the log must hold it.
   *
   * @throws SpoolException nothing was taken in: keep the files and try again
   */
  public Appended append(Batch batch) throws SpoolException {
    long begun = System.nanoTime();
    List<ObjectKeys.Saved> known = new ArrayList<>();
    Appended appended =
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

  /** Which key the events of a guest or network had last. */
  public ObjectKeys keys() {
    return keys;
  }

  /** These ids' files are gone and their folder is synced: forgotten with the next transaction. */
  public void forget(Collection<String> ids) {
    ledger.forget(ids);
  }

  /**
   * Forgets every id remembered before this spool was opened: to be called once all files that the
   * mailbox held at the start have been taken in, removed, and their folder synced.
   */
  public void forgetEarlier() throws SpoolException {
    writer.transact((db, change) -> appendHandler.forgetEarlier());
  }

  /**
   * What was let go and has not been told: to be told by a {@link Batch#telling(List) batch}, from
   * the list that was asked for last.
   */
  public List<Drop> unreportedDrops() throws SpoolException {
    return writer.transact((db, change) -> drops.handOut());
  }

  /** The damaged file that was in the way. */
  public Optional<SetAside> setAside() {
    return setAside;
  }

  /** The events that a sink's broker cannot take. */
  public DeadLetters deadLetters() {
    return dead;
  }

  /** Has one hear, from any thread, of damage that only another {@link #open} can repair. */
  public void onDamage(Consumer<SpoolException> listener) {
    folder.onDamage(listener);
  }

  /** Has something run after every append that stored an event: quick, and by any thread. */
  public void onAppend(Runnable wake) {
    bells.add(wake);
  }

  /** Has one told of every event that is stored from now on. */
  public void onStored(CommitListener witness) {
    ledger.witness(witness);
  }

  /**
   * Says which sinks there are. A new one starts at the oldest event held. Once, before the first
   * event is read.
   *
   * @return the sinks that are no more, and what they have not confirmed: kept until {@link #letGo}
   */
  public List<RemovedSink> sinks(Set<String> names) throws SpoolException {
    return writer.transact((db, change) -> new Sinks(db, ledger).become(names, change));
  }

  /**
   * Gives up the places of sinks that are no more: from now on nothing is kept for them. Their dead
   * letters stay.
   */
  public void letGo(List<RemovedSink> orphans) throws SpoolException {
    writer.transact(
        (db, change) -> {
          orphans.forEach(orphan -> change.remove(orphan.sink()));
          return orphans;
        });
  }

  /**
   * What a sink has confirmed.
   *
   * @throws IllegalArgumentException when {@link #sinks} has not named it
   */
  public Cursor cursor(String sink) {
    return ledger.cursor(sink);
  }

  /** How many events a sink has not confirmed. */
  public long unconfirmed(String sink) {
    return ledger.unconfirmed(cursor(sink));
  }

  /** When the oldest event that a sink has not confirmed was called; empty when there is none. */
  public Optional<Instant> oldest(String sink) throws SpoolException {
    long first = cursor(sink).low() + 1;
    return reading.with(db -> Readers.time(db, first));
  }

  /**
   * The next events for a sink: those above a number that are meant for it and that it has not
   * confirmed, in order.
   *
   * @param maxBytes by {@link Envelope#size}; one event is given whatever its size
   * @return empty when there is none
   */
  public List<SpooledEvent> read(String sink, long after, int maxEvents, long maxBytes)
      throws SpoolException {
    return read(sink, after, maxEvents, maxBytes, Admission.ALL);
  }

  /**
   * The next events for a sink, as far as there is room for them.
   *
   * @param admission asked for room for an event before it is read
   */
  public List<SpooledEvent> read(
      String sink, long after, int maxEvents, long maxBytes, Admission admission)
      throws SpoolException {
    Cursor cursor = cursor(sink);
    return reading.events(
        db -> Readers.page(db, cursor, after, last(), maxEvents, maxBytes, admission));
  }

  /** One event, empty when it is no longer held. */
  public Optional<SpooledEvent> get(long sequence) throws SpoolException {
    return reading.events(db -> Readers.one(db, sequence)).stream().findFirst();
  }

  /**
   * Makes durable what sinks have confirmed and ids forgotten, and deletes the events that all
   * sinks have confirmed. To be called every second.
   */
  public void save() throws SpoolException {
    long before = ledger.events();
    boolean more = ledger.dirty();
    while (more) {
      more = writer.transact((db, change) -> Purge.some(ledger, change));
    }
    outside.sync();
    long left = ledger.events();
    writer.tidy(diskBudget, left == 0 || before - left < DRAIN);
  }

  /** Saves, and gives the folder up. */
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
