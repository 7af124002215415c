package dev.hookbridge.mailbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The quarantine for files that are not records. It keeps at most 256 files for a person to
 * examine.
 */
public final class MailboxQuarantine {
  private static final int MOST = 256;

  private final Path folder;

  MailboxQuarantine(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /**
   * Moves a file here, or deletes it when the quarantine is full. Returns false when the file is
   * gone or is a directory.
   */
  boolean take(Path file) throws IOException {
    try {
      if (Files.isDirectory(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        return false; // a directory stays, and does no harm
      }
      Files.createDirectories(folder);
      if (count() >= MOST) {
        return Files.deleteIfExists(file);
      }
      Path target = folder.resolve(String.valueOf(file.getFileName()));
      Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private int count() throws IOException {
    int count = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path ignored : entries) {
        count++;
      }
    }
    return count;
  }
}
