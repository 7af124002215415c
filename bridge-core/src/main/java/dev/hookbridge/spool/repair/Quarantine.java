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
 * Removes events from the database that do not match their checksum, and records the loss. All
 * other events go on. The content of the damaged rows is kept in at most 256 files, for a person to
 * examine.
 */
public final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
  private static final int MOST_FILES = 256;
  private static final String ROWS =
      "SELECT " + Events.COLUMNS + " FROM event WHERE seq BETWEEN ? AND ?";

  private final SpoolState state;
  private final DroppedEvents drops;
  private final Path folder;

  public Quarantine(SpoolState state, DroppedEvents drops, Path folder) {
    this.state = state;
    this.drops = drops;
    this.folder = folder;
  }

  /**
   * Examines numbers at which a reader found no intact event, within a transaction. Writes an event
   * again when this connection still has it intact in its memory.
   *
   * @return the number of ranges of events that were written again; 0 when none was
   */
  public int examine(Database db, Transaction change, Ranges suspects) throws SQLException {
    Ranges numbers = suspects.without(change.of(state.gone()).ranges());
    Ranges intact = new Ranges();
    for (int i = 0; i < numbers.size(); i++) {
      db.each(ROWS, row -> look(row, numbers, intact), numbers.first(i), numbers.last(i));
    }
    Ranges lost = numbers.without(intact);
    if (lost.size() > 0) {
      drops.add(DroppedEvents.DAMAGED, state.lose(change, lost));
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
