package dev.hookbridge.spool.repair;

import dev.hookbridge.spool.sqlite.Database;
import dev.hookbridge.spool.sqlite.Faults;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.sqlite.NativeLibrary;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.state.Epoch;
import dev.hookbridge.spool.state.HighWaterFile;
import dev.hookbridge.spool.state.HostIdentity;
import dev.hookbridge.spool.state.ReserveFile;
import dev.hookbridge.spool.state.RollbackCheck;
import dev.hookbridge.spool.state.SpoolState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The opened parts of a spool, for {@code Spool.open}.
 *
 * @param setAside the damaged file that was moved out of the way
 * @param lastEarlier the highest sequence number before this start
 * @param outside the files outside the database that hold the high-water mark
 */
public record OpenedSpool(
    Folder folder,
    Database db,
    SpoolState state,
    Epoch epoch,
    Optional<QuarantinedFile> setAside,
    long lastEarlier,
    HighWaterFile outside) {

  /**
   * Opens the spool in a folder. Repairs it first if necessary.
   *
   * @param runtime a folder that is empty after each boot, if there is one
   */
  public static OpenedSpool of(Folder folder, HostIdentity me, Optional<Path> runtime)
      throws SQLException, IOException, SpoolException {
    NativeLibrary.find(folder.path());
    List<Path> folders = new ArrayList<>(List.of(folder.path()));
    runtime.ifPresent(folders::add);
    HighWaterFile outside = HighWaterFile.in(folders);
    try {
      return of(folder, me, outside);
    } catch (SQLException | IOException | SpoolException | RuntimeException e) {
      outside.close();
      throw e;
    }
  }

  private static OpenedSpool of(Folder folder, HostIdentity me, HighWaterFile outside)
      throws SQLException, IOException, SpoolException {
    Replacement replacement = new Replacement(folder);
    Optional<QuarantinedFile> setAside = replacement.finish("it was being replaced");
    if (folder.marked()) {
      setAside = Optional.of(salvage(replacement, outside, "found while it was in use"));
    } else if (Files.exists(folder.file())) {
      try {
        return openedOnAnyDisk(folder, me, outside, setAside);
      } catch (SQLException e) {
        if (!Faults.damage(e)) {
          throw e;
        }
        setAside = Optional.of(salvage(replacement, outside, String.valueOf(e.getMessage())));
      }
    } else {
      SpoolFile.create(folder);
    }
    folder.unmark();
    return opened(folder, me, outside, setAside);
  }

  /** Copies what can be read into a draft. The draft then replaces the damaged file. */
  private static QuarantinedFile salvage(
      Replacement replacement, HighWaterFile outside, String reason)
      throws SQLException, IOException, SpoolException {
    replacement.begin(reason);
    replacement.makeRoom();
    try (Salvage salvage = new Salvage(replacement.file(), replacement.draft(), outside.read())) {
      salvage.run();
    } catch (SQLException | IOException | RuntimeException e) {
      replacement.removeDraft();
      throw e;
    }
    replacement.complete();
    return replacement.finish(reason).orElseThrow();
  }

  /**
   * Opens the file, also on a full disk: it then releases the ballast. Opening a file needs disk
   * space for the shared memory of the connections and for the log.
   */
  private static OpenedSpool openedOnAnyDisk(
      Folder folder, HostIdentity me, HighWaterFile outside, Optional<QuarantinedFile> setAside)
      throws SQLException, IOException, SpoolException {
    try {
      return opened(folder, me, outside, setAside);
    } catch (SQLException e) {
      if (Faults.damage(e) || !ReserveFile.release(folder.path())) {
        throw e;
      }
      return opened(folder, me, outside, setAside);
    }
  }

  private static OpenedSpool opened(
      Folder folder, HostIdentity me, HighWaterFile outside, Optional<QuarantinedFile> setAside)
      throws SQLException, SpoolException {
    boolean closed = Folder.size(Folder.wal(folder.file())) == 0;
    Database db = SpoolFile.open(folder.file());
    try {
      IntegrityCheck.examine(db, folder.file(), closed);
      SpoolState state = SpoolState.load(db);
      RollbackCheck continuity = new RollbackCheck(db, state, outside.read());
      Epoch epoch = state.transact((connection, change) -> continuity.restore(change, me));
      state.keep(outside, continuity.now(epoch, me));
      return new OpenedSpool(folder, db, state, epoch, setAside, state.last(), outside);
    } catch (SQLException | RuntimeException e) {
      db.close();
      throw e;
    }
  }
}
