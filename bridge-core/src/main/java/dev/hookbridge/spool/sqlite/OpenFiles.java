package dev.hookbridge.spool.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Detects that the database's files were removed or replaced while they are in use. */
public final class OpenFiles {
  private final List<Path> files;
  private final List<Object> keys;

  /** Remembers the files of a database that was just opened. */
  public OpenFiles(Path file) {
    this.files = List.of(file, Folder.wal(file));
    this.keys = keys(files);
  }

  private static List<Object> keys(List<Path> files) {
    return files.stream().map(OpenFiles::key).toList();
  }

  /** Returns device and inode of a file. */
  private static Object key(Path file) {
    try {
      @Nullable Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
      return key == null ? "" : key;
    } catch (IOException e) {
      return "";
    }
  }

  /** Returns whether the file names still lead to the open files. */
  public boolean inPlace() {
    return keys.equals(keys(files));
  }
}
