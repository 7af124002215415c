package dev.hookbridge.file;

import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The file that a path names, even if other programs move or truncate it. It is renamed to {@code
 * .1}, {@code .2}, … when it is large enough. It is checked before each line and each confirmation.
 * If the path names another file or none, or the file was truncated, the {@linkplain RewriteBuffer
 * recent} lines are written again to the file that the path names now.
 */
final class RotatedFile {
  private static final int ATTEMPTS = 5;
  private static final long BETWEEN_MOVE_AND_CREATE = TimeUnit.MILLISECONDS.toNanos(500);

  private final Path path;
  private final long rotateBytes;
  private final int keep;
  private final RewriteBuffer recent = new RewriteBuffer();
  private OpenFile file;
  private boolean behind;

  RotatedFile(Path path, long rotateBytes, int keep) throws IOException, SinkException {
    this.path = path;
    this.rotateBytes = rotateBytes;
    this.keep = keep;
    this.file = OpenFile.open(path);
  }

  /** Returns whether a line must go to the next file. */
  boolean isFullFor(byte[][] line) {
    return file.end() > 0 && file.end() + RewriteBuffer.length(line) > rotateBytes;
  }

  void append(byte[][] line) throws IOException, SinkException {
    follow();
    recent.add(line);
    try {
      file.append(line);
    } catch (IOException e) {
      recent.removeLast();
      throw e;
    }
  }

  /** Syncs. When it returns, every appended line is durable in the file that the path names. */
  void sync() throws IOException, SinkException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      follow();
      file.sync();
      if (file.isWhole()) {
        recent.confirmed();
        return;
      }
    }
    throw new IOException("it is moved or cut again and again");
  }

  /**
   * Checks the file while nothing is written, because recently confirmed lines may have to be
   * written again.
   */
  void look() throws IOException, SinkException {
    if (!recent.isEmpty()) {
      if (!behind && file.isWhole()) {
        recent.forget();
      } else {
        sync();
      }
    }
  }

  private void follow() throws IOException, SinkException {
    if (!behind && file.isWhole()) {
      return;
    }
    behind = true;
    if (!file.goesOn()) {
      file.close();
      awaitName();
      file = OpenFile.open(path);
    }
    for (byte[][] line : recent.lines()) {
      file.append(line);
    }
    file.keep();
    behind = false;
  }

  /**
   * Waits until the path names a file. A program that moves a file away normally creates the next
   * one at once, and expects to create it itself.
   */
  private void awaitName() {
    long until = System.nanoTime() + BETWEEN_MOVE_AND_CREATE;
    while (Files.notExists(path) && System.nanoTime() < until) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /**
   * Renames the file and opens the next one. Call it only after {@link #sync}, because the lines in
   * the old file are no longer checked.
   */
  void rotate() throws IOException, SinkException {
    Path real = path.toRealPath(); // a link stays and leads to the next file
    file.close();
    Files.deleteIfExists(numbered(real, keep));
    for (int i = keep; i > 1; i--) {
      if (Files.exists(numbered(real, i - 1))) {
        Files.move(numbered(real, i - 1), numbered(real, i));
      }
    }
    Files.move(real, numbered(real, 1)); // fails if .1 exists, in case another rotates too
    recent.clear();
    file = OpenFile.open(path);
  }

  Path path() {
    return path;
  }

  static Path numbered(Path path, int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  void close() {
    file.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
