package dev.hookbridge.spool.state;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.table.Cursor;
import dev.hookbridge.spool.table.DroppedEvents;
import dev.hookbridge.spool.table.Meta;
import dev.hookbridge.spool.table.Ranges;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares an opened file with the {@link HighWater} that is stored outside it. A file is behind
 * when it was restored from a backup, or when its log was damaged or removed. The missing numbers
 * are then recorded as lost, for each sink those that it had not confirmed. A new epoch begins.
 */
public final class RollbackCheck {
  private static final Logger LOG = LoggerFactory.getLogger(RollbackCheck.class);
  private static final String LINEAGE = "lineage";

  private final Database db;
  private final Meta meta;
  private final SpoolState state;
  private final Optional<HighWater> mark;

  public RollbackCheck(Database db, SpoolState state, Optional<HighWater> mark) {
    this.db = db;
    this.meta = new Meta(db);
    this.state = state;
    this.mark = mark;
  }

  /** Corrects the file, and returns the epoch to continue with. Call it within a transaction. */
  public Epoch restore(Transaction change, HostIdentity me) throws SQLException {
    Optional<PreviousEpoch> previous =
        Epoch.current(meta).map(name -> new PreviousEpoch(name, OptionalLong.of(change.last())));
    if (mark.isEmpty()) {
      if (meta.text(LINEAGE).isEmpty()) {
        meta.put(LINEAGE, Epoch.timeOrdered());
      }
      return Epoch.of(meta, me, false, previous);
    }
    HighWater known = mark.get();
    boolean same = meta.text(LINEAGE).equals(Optional.of(known.lineage()));
    boolean broken = !same || known.last() > change.last();
    if (same) {
      confirm(change, known);
    }
    if (broken) {
      catchUp(change, known, same ? change.last() : 0);
      previous = Optional.of(new PreviousEpoch(known.epoch(), OptionalLong.of(known.last())));
    }
    meta.put(LINEAGE, known.lineage());
    return Epoch.of(meta, me, broken, previous);
  }

  /**
   * Adds what sinks have confirmed according to the high-water mark. The cursors of a file that is
   * behind are behind, too.
   */
  private void confirm(Transaction change, HighWater known) {
    for (Map.Entry<String, Ranges> sink : known.sinks().entrySet()) {
      Cursor cursor = state.cursors().get(sink.getKey());
      if (cursor == null) {
        change.add(new Cursor(sink.getKey(), sink.getValue().copy()));
      } else {
        change.of(cursor).add(sink.getValue());
      }
    }
  }

  /**
   * Records the numbers above {@code from} as lost: they were used, and their events are not in the
   * file. A file of another lineage keeps its events; then all numbers of the high-water mark count
   * as missing.
   */
  private void catchUp(Transaction change, HighWater known, long from) throws SQLException {
    if (known.last() > from) {
      Ranges missing = new Ranges();
      missing.add(from + 1, known.last());
      Map<String, Ranges> lost = new TreeMap<>();
      known.sinks().forEach((sink, confirmed) -> lost.put(sink, missing.without(confirmed)));
      if (lost.isEmpty()) {
        lost.put(SpoolState.NOBODY, missing);
      }
      new DroppedEvents(db).add(DroppedEvents.ROLLED_BACK, lost);
      LOG.error(
          "the spool is older than what it has acknowledged: events {} to {} are not in it; those"
              + " that a sink had not confirmed are reported as lost, and a new epoch begins",
          from + 1,
          known.last());
    }
    state.skipTo(change, known.last());
  }

  /** Returns the current high-water mark, to be stored outside the file. */
  public HighWater now(Epoch epoch, HostIdentity me) throws SQLException {
    Map<String, Ranges> sinks = new TreeMap<>();
    state.cursors().forEach((name, cursor) -> sinks.put(name, cursor.snapshot().ranges()));
    long generation = mark.map(HighWater::generation).orElse(0L) + 1;
    String lineage = meta.text(LINEAGE).orElseThrow();
    boolean parked =
        mark.map(HighWater::parked).orElse(false)
            || db.number("SELECT max(number) FROM dead", 0) > 0;
    return new HighWater(generation, lineage, epoch.name(), me, state.last(), parked, sinks);
  }
}
