package dev.hookbridge.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What {@link Spool#open} has found and made.
 *
 * @param setAside the damaged file that was in the way
 * @param lastEarlier the highest number given before
 */
record Opening(
    Folder folder,
    Database db,
    Ledger ledger,
    Epoch epoch,
    Optional<SetAside> setAside,
    long lastEarlier) {

  static Opening of(Folder folder, String host) throws SQLException, IOException, SpoolException {
    NativeLibrary.find(folder.path());
    Optional<SetAside> setAside = Optional.empty();
    if (folder.marked()) {
      setAside = Optional.of(Damage.setAside(folder, "found while it was in use"));
    } else if (Files.exists(folder.file())) {
      try {
        return openedOnAnyDisk(folder, host);
      } catch (SQLException e) {
        if (!Faults.damage(e)) {
          throw e;
        }
        setAside = Optional.of(Damage.setAside(folder, String.valueOf(e.getMessage())));
      }
    }
    SpoolFile.create(folder, setAside);
    folder.unmark();
    return opened(folder, host, setAside);
  }

  /** Even to open a file takes room, for the memory that connections share and for the log. */
  private static Opening openedOnAnyDisk(Folder folder, String host)
      throws SQLException, IOException, SpoolException {
    try {
      return opened(folder, host, Optional.empty());
    } catch (SQLException e) {
      if (Faults.damage(e) || !Ballast.release(folder.path())) {
        throw e;
      }
      return opened(folder, host, Optional.empty());
    }
  }

  private static Opening opened(Folder folder, String host, Optional<SetAside> setAside)
      throws SQLException, SpoolException {
    boolean closed = Folder.size(Folder.wal(folder.file())) == 0;
    Database db = SpoolFile.open(folder.file());
    try {
      Damage.examine(db, folder.file(), closed);
      Ledger ledger = Ledger.load(db);
      Epoch epoch =
          ledger.transact((connection, change) -> Epoch.of(new Meta(db), host, change.last()));
      return new Opening(folder, db, ledger, epoch, setAside, ledger.last());
    } catch (SQLException | RuntimeException e) {
      db.close();
      throw e;
    }
  }
}
