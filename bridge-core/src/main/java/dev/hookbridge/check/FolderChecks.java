package dev.hookbridge.check;

import dev.hookbridge.api.Check;
import dev.hookbridge.api.ErrorText;
import dev.hookbridge.config.HostPaths;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Checks whether the folders exist, are writable, and are on a file system that keeps data after a
 * power failure.
 */
public final class FolderChecks {
  private static final List<String> KEEPS = List.of("ext4", "xfs", "btrfs", "zfs");
  private static final List<String> FORGETS =
      List.of("tmpfs", "ramfs", "overlay", "nfs", "nfs4", "fuse", "fuseblk", "9p", "cifs");

  private FolderChecks() {}

  /** Returns one line for each folder and one for the file system. */
  public static List<Check> of(HostPaths places) {
    List<Check> checks = new ArrayList<>();
    for (Path folder : List.of(places.mail().resolve("new"), places.spool())) {
      checks.add(folder(folder));
    }
    checks.add(fileSystem(places));
    return checks;
  }

  private static Check folder(Path folder) {
    String what = "folder " + folder;
    return wrongWith(folder)
        .map(wrong -> Check.failure(what, wrong))
        .orElseGet(() -> Check.ok(what, "can be written"));
  }

  /**
   * Returns why this user cannot work in a folder, with advice. Returns empty when the folder is
   * usable.
   */
  public static Optional<String> wrongWith(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Optional.of("is missing: run layout.sh as root, or start a trial agent once");
    }
    if (Files.isWritable(folder)) {
      return Optional.empty();
    }
    return Optional.of(
        readOnly(folder)
            ? "is on a read-only file system: mount it writable"
            : "cannot be written by this user: run this as its owner");
  }

  private static boolean readOnly(Path folder) {
    try {
      return Files.getFileStore(folder).isReadOnly();
    } catch (IOException e) {
      return false; // unknown, so the other advice applies
    }
  }

  private static Check fileSystem(HostPaths places) {
    String what = "file system of " + places.data();
    try {
      FileStore store = Files.getFileStore(places.data());
      String type = store.type();
      long free = store.getUsableSpace() >> 20;
      String known = type + ", " + free + " MiB free";
      if (FORGETS.stream().anyMatch(type::startsWith)) {
        String advice = known + ": it does not keep files through a power cut, use ext4 or xfs";
        return places.trial() ? Check.warning(what, advice) : Check.failure(what, advice);
      }
      if (!KEEPS.contains(type)) {
        return Check.warning(what, known + ": not one this was tried on, use ext4 or xfs");
      }
      return withoutJournal(store, type)
          ? Check.warning(what, known + " without a journal: a power cut can lose names")
          : Check.ok(what, known);
    } catch (IOException e) {
      return Check.failure(what, "cannot be examined: " + ErrorText.of(e));
    }
  }

  /**
   * Returns whether an ext4 file system has no journal. A journal creates the folder {@code
   * /proc/fs/jbd2/<device>-8}.
   */
  private static boolean withoutJournal(FileStore store, String type) throws IOException {
    if (!type.equals("ext4") || !Files.isDirectory(Path.of("/proc/fs/jbd2"))) {
      return false;
    }
    Path named = Path.of(store.name());
    // In a container the device file may be missing.
    Path real = Files.exists(named) ? named.toRealPath() : named;
    String device = String.valueOf(real.getFileName());
    try (var journals = Files.list(Path.of("/proc/fs/jbd2"))) {
      return journals.noneMatch(
          journal -> String.valueOf(journal.getFileName()).startsWith(device + "-"));
    }
  }
}
