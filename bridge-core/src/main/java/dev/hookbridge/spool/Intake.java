package dev.hookbridge.spool;

import dev.hookbridge.Envelope;
import java.sql.SQLException;
import java.util.Optional;

/** Takes a batch in, within a transaction. */
final class Intake {
  private static final String LOSS_BOOT = "loss_boot";
  private static final String LOSS_OFFSET = "loss_offset";

  private final Database db;
  private final Meta meta;
  private final Epoch epoch;
  private final long lastEarlier;

  Intake(Database db, Epoch epoch, long lastEarlier) {
    this.db = db;
    this.meta = new Meta(db);
    this.epoch = epoch;
    this.lastEarlier = lastEarlier;
  }

  Appended append(Batch batch, Change change) throws SQLException {
    int stored = 0;
    int skipped = 0;
    for (Envelope event : batch.taken()) {
      if (remember(event.id(), change.last() + 1)) {
        Events.insert(db, change.next(), epoch.name(), event, null);
        stored++;
      } else {
        skipped++;
      }
    }
    for (Envelope event : batch.own()) {
      Events.insert(db, change.next(), epoch.name(), event, null);
      stored++;
    }
    change.stored(stored);
    settle(batch);
    return new Appended(stored, skipped, 0, true, change.last());
  }

  /** False when the id is remembered already. */
  private boolean remember(String id, long sequence) throws SQLException {
    return db.update("INSERT OR IGNORE INTO taken VALUES (?, ?)", id, sequence) > 0;
  }

  private void settle(Batch batch) throws SQLException {
    if (batch.losses().isPresent()) {
      LossPosition position = batch.losses().get();
      meta.put(LOSS_BOOT, position.bootId());
      meta.put(LOSS_OFFSET, position.offset());
    }
    if (batch.tellsPrevious()) {
      epoch.toldPrevious();
    }
  }

  Optional<LossPosition> lossPosition() throws SQLException {
    long offset = meta.number(LOSS_OFFSET, 0);
    return meta.text(LOSS_BOOT).map(boot -> new LossPosition(boot, offset));
  }

  int forgetEarlier(Change change) throws SQLException {
    return db.update("DELETE FROM taken WHERE seq <= ?", lastEarlier);
  }
}
