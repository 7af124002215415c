package dev.hookbridge.spool;

import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;

/**
 * What {@link Spool#open} has found and made.
 *
 * @param lastEarlier the highest number given before
 */
record Opening(Folder folder, Database db, Ledger ledger, Epoch epoch, long lastEarlier) {

  static Opening of(Folder folder, String host) throws SQLException, IOException, SpoolException {
    NativeLibrary.find(folder.path());
    if (!Files.exists(folder.file())) {
      SpoolFile.create(folder);
    }
    Database db = SpoolFile.open(folder.file());
    try {
      Ledger ledger = Ledger.load(db);
      Epoch epoch =
          ledger.transact(
              change -> Epoch.of(new Meta(db), host, Previous.unknown(), change.last()));
      return new Opening(folder, db, ledger, epoch, ledger.last());
    } catch (SQLException | RuntimeException e) {
      db.close();
      throw e;
    }
  }
}
