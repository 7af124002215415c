package dev.hookbridge.spool;

import dev.hookbridge.api.Envelope;
import dev.hookbridge.spool.repair.OpenedSpool;
import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.state.Epoch;
import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.state.Transaction;
import dev.hookbridge.spool.table.DropRecord;
import dev.hookbridge.spool.table.DroppedEvents;
import dev.hookbridge.spool.table.Events;
import dev.hookbridge.spool.table.Meta;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Stores a batch within a transaction. */
final class AppendHandler {
  private static final String NOTE = "note";

  private final Database db;
  private final Meta meta;
  private final SpoolState state;
  private final Epoch epoch;
  private final DiskBudget diskBudget;
  private final DroppedEvents drops;
  private final long lastEarlier;

  AppendHandler(OpenedSpool opening, DiskBudget diskBudget, DroppedEvents drops) {
    this.db = opening.db();
    this.meta = new Meta(db);
    this.state = opening.state();
    this.epoch = opening.epoch();
    this.diskBudget = diskBudget;
    this.drops = drops;
    this.lastEarlier = opening.lastEarlier();
  }

  AppendResult append(Batch batch, Transaction change) throws SQLException {
    long room = diskBudget.make(need(batch.taken()) + need(batch.own()), change);
    int stored = 0;
    int dropped = 0;
    for (Envelope event : batch.taken()) {
      long size = diskBudget.pages(event);
      if (!remember(event.id(), change.last() + 1)) {
        continue;
      }
      if (size <= room) {
        state.store(change, epoch.name(), event);
        room -= size;
        stored++;
      } else {
        diskBudget.drop(change, change.next(), Events.time(event));
        dropped++;
      }
    }
    int skipped = batch.taken().size() - stored - dropped;
    boolean own = need(batch.own()) <= room;
    if (own) {
      stored += report(batch, change);
    }
    return new AppendResult(stored, skipped, dropped, own, change.last());
  }

  private long need(List<Envelope> events) {
    return events.stream().mapToLong(diskBudget::pages).sum();
  }

  private int report(Batch batch, Transaction change) throws SQLException {
    for (Envelope event : batch.own()) {
      state.store(change, epoch.name(), event);
    }
    settle(batch);
    return batch.own().size();
  }

  /** Remembers an id. Returns false when the id is already remembered. */
  private boolean remember(String id, long sequence) throws SQLException {
    return db.update("INSERT OR IGNORE INTO taken VALUES (?, ?)", id, sequence) > 0;
  }

  private void settle(Batch batch) throws SQLException {
    if (batch.note().isPresent()) {
      meta.put(NOTE, batch.note().get());
    }
    for (DropRecord drop : batch.reported()) {
      drops.reported(drop);
    }
    if (batch.reportsPrevious()) {
      epoch.reportedPrevious();
    }
  }

  Optional<String> note() throws SQLException {
    return meta.text(NOTE);
  }

  int forgetEarlier() throws SQLException {
    return db.update("DELETE FROM taken WHERE seq <= ?", lastEarlier);
  }
}
