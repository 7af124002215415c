package dev.hookbridge.spool.repair;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Faults;
import dev.hookbridge.spool.state.SpoolState;
import dev.hookbridge.spool.state.Transaction;
import dev.hookbridge.spool.table.DroppedEvents;
import dev.hookbridge.spool.table.Events;
import dev.hookbridge.spool.table.Ranges;
import dev.hookbridge.spool.table.SpooledEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events out of the database that are not what was written, and records the loss, so that all
 * others go on. What was found in their rows is kept in files for a person to look at.
 */
public final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
  private static final int MOST_FILES = 256;
  private static final String ROWS =
      "SELECT " + Events.COLUMNS + " FROM event WHERE seq BETWEEN ? AND ?";

  private final SpoolState ledger;
  private final DroppedEvents drops;
  private final Path folder;

  public Quarantine(SpoolState ledger, DroppedEvents drops, Path folder) {
    this.ledger = ledger;
    this.drops = drops;
    this.folder = folder;
  }

  /**
   * Looks at numbers at which a reader found no event, within a transaction. An event that this
   * connection still has in its memory is written again.
   *
   * @return how many events were written again
   */
  public int examine(Database db, Transaction change, Ranges suspects) throws SQLException {
    Ranges numbers = suspects.without(change.of(ledger.gone()).ranges());
    Ranges intact = new Ranges();
    for (int i = 0; i < numbers.size(); i++) {
      db.each(ROWS, row -> look(row, numbers, intact), numbers.first(i), numbers.last(i));
    }
    Ranges lost = numbers.without(intact);
    if (lost.size() > 0) {
      drops.add(DroppedEvents.DAMAGED, ledger.lose(change, lost));
      LOG.error("the spool in {} is damaged: events {} are lost", folder.getParent(), lost);
    }
    for (int i = 0; i < intact.size(); i++) {
      for (long number = intact.first(i); number <= intact.last(i); number++) {
        rewrite(db, number);
      }
    }
    return intact.size();
  }

  private static void rewrite(Database db, long number) throws SQLException {
    Found found = db.first(ROWS, Quarantine::found, number, number).orElseThrow();
    db.update("DELETE FROM event WHERE seq = ?", number);
    Events.insert(db, found.event, found.onlySink);
  }

  private static Found found(ResultSet row) throws SQLException {
    return new Found(Events.intact(row).orElseThrow(), Events.onlySink(row));
  }

  private record Found(SpooledEvent event, @Nullable String onlySink) {}

  private boolean look(ResultSet row, Ranges numbers, Ranges intact) throws SQLException {
    long sequence = row.getLong(1);
    if (!numbers.contains(sequence)) {
      throw Faults.corrupt("event " + sequence + " is found where it does not belong");
    }
    if (Events.intact(row).isPresent()) {
      intact.add(sequence, sequence);
    } else {
      keep(sequence, String.valueOf(row.getString(8)), row.getBytes(9));
    }
    return true;
  }

  private void keep(long sequence, String attributes, byte @Nullable [] data) {
    try {
      Files.createDirectories(folder);
      try (Stream<Path> files = Files.list(folder)) {
        if (files.count() >= MOST_FILES) {
          return;
        }
      }
      Path file = folder.resolve("event-" + sequence);
      Files.write(file, (attributes + "\n").getBytes(StandardCharsets.UTF_8));
      if (data != null) {
        Files.write(file, data, StandardOpenOption.APPEND);
      }
    } catch (IOException e) {
      LOG.warn("the damaged event {} cannot be kept in {}: {}", sequence, folder, e.toString());
    }
  }
}
