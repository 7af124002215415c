package dev.hookbridge.spool;

import dev.hookbridge.spool.repair.OpenedSpool;
import dev.hookbridge.spool.repair.Quarantine;
import dev.hookbridge.spool.sqlite.Faults;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.table.DroppedEvents;
import dev.hookbridge.spool.table.SpooledEvent;
import java.sql.SQLException;
import java.util.List;

/** Reads events. The writer examines the damaged ones. */
final class IntactReader {
  private static final int ATTEMPTS = 3;

  private final Folder folder;
  private final PageReader readers;
  private final SpoolWriter writer;
  private final Quarantine quarantine;

  IntactReader(OpenedSpool opening, PageReader readers, SpoolWriter writer, DroppedEvents drops) {
    this.folder = opening.folder();
    this.readers = readers;
    this.writer = writer;
    this.quarantine = new Quarantine(opening.state(), drops, folder.path().resolve("aside"));
  }

  <T> T with(SpoolWriter.Access<T> access) throws SpoolException {
    try {
      return readers.with(access);
    } catch (SQLException e) {
      throw folder.failed(e);
    }
  }

  /** Reads a page. Damaged events are removed and recorded as lost. Returns the intact events. */
  List<SpooledEvent> events(SpoolWriter.Access<PageReader.Page> read) throws SpoolException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      PageReader.Page page = with(read);
      if (page.suspects().size() == 0
          || writer.transact((db, change) -> quarantine.examine(db, change, page.suspects()))
              == 0) {
        return page.events();
      }
      page.withdraw();
    }
    throw folder.failed(Faults.corrupt("readers do not see what the writer sees"));
  }
}
