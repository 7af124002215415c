package dev.hookbridge.spool.repair;

import dev.hookbridge.disk.Durable;
import dev.hookbridge.spool.sqlite.Folder;
import dev.hookbridge.spool.sqlite.SpoolException;
import dev.hookbridge.spool.state.ReserveFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces {@code spool.db}. After a crash at any step there is either the old file with its log,
 * or a complete new file.
 *
 * <pre>
 * spool.db.new     the draft: worthless after a crash
 * spool.db.ready   complete: the next start finishes the replacement
 * </pre>
 */
public final class Replacement {
  private static final Logger LOG = LoggerFactory.getLogger(Replacement.class);
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);

  private final Folder folder;

  public Replacement(Folder folder) {
    this.folder = folder;
  }

  /** Returns the file to replace. */
  Path file() {
    return folder.file();
  }

  /** Returns the file to write the new content to. */
  public Path draft() {
    return folder.path().resolve("spool.db.new");
  }

  private Path ready() {
    return folder.path().resolve("spool.db.ready");
  }

  /**
   * Begins a replacement: logs the reason and deletes an old draft. Creates the folder when it is
   * missing.
   */
  public void begin(String reason) throws IOException {
    LOG.error("the spool in {} is damaged: {}; saving what is intact", folder.path(), reason);
    folder.make();
    removeDraft();
  }

  void removeDraft() throws IOException {
    for (Path left : new Path[] {draft(), Folder.wal(draft()), Folder.shm(draft())}) {
      Files.deleteIfExists(left);
    }
  }

  /**
   * Releases the ballast, which is restored later, and checks that the disk has room for a copy.
   * The copy must not fill a disk on which hooks write.
   *
   * @throws SpoolException of kind {@code FULL} when there is not enough room
   */
  void makeRoom() throws IOException, SpoolException {
    ReserveFile.release(folder.path());
    long need = Folder.size(file()) + Folder.size(Folder.wal(file()));
    long free = folder.path().toFile().getUsableSpace();
    if (free < need) {
      throw new SpoolException(
          SpoolException.Kind.FULL,
          "The spool in "
              + folder.path()
              + " is damaged, and saving what is intact needs up to "
              + need
              + " bytes of which "
              + free
              + " are free; make room.");
    }
  }

  /** Makes the draft durable and marks it as ready. The draft must be complete and closed. */
  public void complete() throws IOException {
    Durable.sync(draft());
    Files.move(draft(), ready(), StandardCopyOption.ATOMIC_MOVE);
    folder.sync();
  }

  /**
   * Finishes a replacement if there is a ready file. Moves the old file and its log aside under one
   * name, so that SQLite finds both together.
   *
   * @return the old file; empty when there is no ready file or no old file
   */
  Optional<QuarantinedFile> finish(String reason) throws IOException {
    if (!Files.exists(ready())) {
      return Optional.empty();
    }
    Path file = folder.file();
    boolean there = Files.exists(file);
    Path aside = file.resolveSibling("spool.db.damaged-" + STAMP.format(Instant.now()));
    moveIfThere(file, aside);
    moveIfThere(Folder.wal(file), Folder.wal(aside));
    Files.deleteIfExists(Folder.shm(file));
    Files.move(ready(), file, StandardCopyOption.ATOMIC_MOVE);
    folder.unmark();
    folder.sync();
    return there ? Optional.of(new QuarantinedFile(aside, reason)) : Optional.empty();
  }

  private static void moveIfThere(Path from, Path to) throws IOException {
    if (Files.exists(from)) {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
