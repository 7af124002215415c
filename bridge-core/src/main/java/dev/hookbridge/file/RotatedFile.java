package dev.hookbridge.file;

import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The file that a path names, whatever others do to it, and which is renamed to {@code .1}, {@code
 * .2}, … when it is large enough. Before each line and each confirmation it is looked at: when the
 * path names another file or none, or this one was cut, the {@linkplain Recent recent} lines are
 * written again to what the path names now.
 */
final class RotatedFile {
  private static final int ATTEMPTS = 5;
  private static final long BETWEEN_MOVE_AND_CREATE = TimeUnit.MILLISECONDS.toNanos(500);

  private final Path path;
  private final long rotateBytes;
  private final int keep;
  private final Recent recent = new Recent();
  private OpenFile file;
  private boolean behind;

  RotatedFile(Path path, long rotateBytes, int keep) throws IOException, SinkException {
    this.path = path;
    this.rotateBytes = rotateBytes;
    this.keep = keep;
    this.file = OpenFile.open(path);
  }

  /** Whether a line belongs into the next file. */
  boolean isFullFor(byte[][] line) {
    return file.end() > 0 && file.end() + Recent.length(line) > rotateBytes;
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

  /** Returns when every line that was appended is durable in the file that the path names. */
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

  /** For a moment in which nothing is written: what was confirmed lately may have to come again. */
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

  /** Who moves a file away makes the next one an instant later, and wants to make it himself. */
  private void awaitName() {
    long until = System.nanoTime() + BETWEEN_MOVE_AND_CREATE;
    while (Files.notExists(path) && System.nanoTime() < until) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** Only after {@link #sync}: what is in the file is left to itself. */
  void rotate() throws IOException, SinkException {
    Path real = path.toRealPath(); // a link stays, and leads to the next file
    file.close();
    Files.deleteIfExists(numbered(real, keep));
    for (int i = keep; i > 1; i--) {
      if (Files.exists(numbered(real, i - 1))) {
        Files.move(numbered(real, i - 1), numbered(real, i));
      }
    }
    Files.move(real, numbered(real, 1)); // replaces none, in case another rotates it too
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
