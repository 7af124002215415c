package dev.hookbridge.spool.repair;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.state.Epoch;
import dev.hookbridge.spool.state.HighWater;
import dev.hookbridge.spool.state.PreviousEpoch;
import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.table.CursorTable;
import dev.hookbridge.spool.table.DroppedEvents;
import dev.hookbridge.spool.table.Events;
import dev.hookbridge.spool.table.Meta;
import dev.hookbridge.spool.table.Ranges;
import dev.hookbridge.spool.table.SpooledEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies everything that is intact from a damaged file to a new file, and records the rest as lost.
 * The checksum shows that an event is intact. The counters in the file, as far as they are intact,
 * and the {@link HighWater} show which numbers must exist.
 */
final class Salvage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Salvage.class);
  private static final int PAGE = 4096;
  private static final int CACHE_KIB = 8 * 1024;
  private static final int COMMIT_EVERY = 500;
  private static final String EVENTS =
      "SELECT " + Events.COLUMNS + " FROM event WHERE seq >= ? ORDER BY seq";
  private static final DamagedFile.Target NOTHING = () -> {};

  private final DamagedFile file;
  private final Optional<HighWater> mark;
  private final Database db;
  private final Ranges all = new Ranges();
  private final Map<String, Ranges> only = new TreeMap<>();
  private long saved;
  private long shownAt = System.nanoTime();

  Salvage(Path damaged, Path draft, Optional<HighWater> mark) throws SQLException, IOException {
    SpoolFile.create(draft);
    byte[] pristine = firstPage(draft);
    this.db = Database.open(draft, CACHE_KIB);
    this.file = new DamagedFile(damaged, pristine);
    this.mark = mark;
  }

  private static byte[] firstPage(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(PAGE);
    }
  }

  void run() throws SQLException {
    db.run("BEGIN IMMEDIATE");
    long last = Math.max(file.last(), mark.map(HighWater::last).orElse(0L));
    file.scan(EVENTS, last, this::event);
    Map<String, Ranges> confirmed = confirmed();
    Ranges gone = Optional.ofNullable(confirmed.remove(SpoolState.NOBODY)).orElseGet(Ranges::new);
    new SalvagedTables(file, db, mark.map(HighWater::parked).orElse(false)).copy();
    if (last > 0) {
      new DroppedEvents(db).add(DroppedEvents.DAMAGED, lost(confirmed, gone, last));
      cursors(confirmed, last);
    }
    meta(last);
    db.run("COMMIT");
    LOG.warn("{} events were saved from the damaged spool", saved);
  }

  /**
   * Returns what the sinks have confirmed, from both sources. Each source may be behind, but
   * neither claims too much.
   */
  private Map<String, Ranges> confirmed() {
    Map<String, Ranges> confirmed = file.cursors();
    if (mark.isPresent()) {
      mark.get()
          .sinks()
          .forEach(
              (sink, ranges) -> confirmed.computeIfAbsent(sink, key -> new Ranges()).add(ranges));
    }
    return confirmed;
  }

  private DamagedFile.Target event(ResultSet row) throws SQLException {
    Optional<SpooledEvent> event = Events.intact(row);
    String onlySink = Events.onlySink(row);
    return event.isPresent() ? () -> save(event.get(), onlySink) : NOTHING;
  }

  private void save(SpooledEvent event, @Nullable String onlySink) throws SQLException {
    long number = event.sequence();
    Ranges numbers = onlySink == null ? all : only.computeIfAbsent(onlySink, key -> new Ranges());
    if (numbers.contains(number)) {
      return; // a damaged B-tree may contain a page twice
    }
    numbers.add(number, number);
    Events.insert(db, event, onlySink);
    db.update("INSERT OR IGNORE INTO taken VALUES (?, ?)", event.envelope().id(), number);
    saved++;
    if (saved % COMMIT_EVERY == 0) {
      db.run("COMMIT");
      db.run("BEGIN IMMEDIATE");
      progress();
    }
  }

  private void progress() {
    if (System.nanoTime() - shownAt > 1_000_000_000L) {
      shownAt = System.nanoTime();
      LOG.info("saving what is intact in the damaged spool: {} events so far", saved);
    }
  }

  /**
   * Returns, for each sink, the numbers that it had not confirmed and whose events could not be
   * saved.
   */
  private Map<String, Ranges> lost(Map<String, Ranges> confirmed, Ranges gone, long last) {
    Map<String, Ranges> lost = new TreeMap<>();
    Ranges missing = Ranges.of(1, last).without(all).without(gone);
    for (Map.Entry<String, Ranges> sink : confirmed.entrySet()) {
      Ranges own = only.getOrDefault(sink.getKey(), new Ranges());
      lost.put(sink.getKey(), missing.without(sink.getValue()).without(own));
    }
    if (confirmed.isEmpty()) {
      lost.put(SpoolState.NOBODY, missing);
    }
    return lost;
  }

  /**
   * Writes the cursors. In each cursor every number without an event is confirmed, as everywhere in
   * the spool.
   */
  private void cursors(Map<String, Ranges> confirmed, long last) throws SQLException {
    Ranges present = all.copy();
    only.values().forEach(present::add);
    Ranges gone = Ranges.of(1, last).without(present);
    CursorTable.write(db, SpoolState.NOBODY, gone);
    for (Map.Entry<String, Ranges> sink : confirmed.entrySet()) {
      Ranges done = gone.copy();
      done.add(sink.getValue());
      only.entrySet().stream()
          .filter(other -> !other.getKey().equals(sink.getKey()))
          .forEach(other -> done.add(other.getValue()));
      CursorTable.write(db, sink.getKey(), done);
    }
  }

  private void meta(long last) throws SQLException {
    Meta meta = new Meta(db);
    meta.put("last", last);
    meta.put("events", saved);
    Optional<String> lineage = mark.map(HighWater::lineage).or(() -> file.text("lineage"));
    if (lineage.isPresent()) {
      meta.put("lineage", lineage.get());
    }
    Optional<String> note = file.text("note");
    if (note.isPresent()) {
      meta.put("note", note.get());
    }
    Optional<String> epoch = mark.map(HighWater::epoch).or(() -> file.text("epoch"));
    Epoch.follows(
        meta,
        epoch
            .map(name -> new PreviousEpoch(name, OptionalLong.of(last)))
            .orElseGet(PreviousEpoch::unknown));
  }

  /** Closes both files. SQLite moves the log of the new file into it. */
  @Override
  public void close() throws SQLException {
    file.close();
    db.close();
  }
}
