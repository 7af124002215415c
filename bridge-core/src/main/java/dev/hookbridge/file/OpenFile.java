package dev.hookbridge.file;

import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * One file, open for appending and locked. The path may no longer name it. It always ends with a
 * complete line, unless the disk does not even allow truncating it.
 *
 * <p>The second channel reads and holds the lock. It stays open, because the system releases all
 * locks of a process on a file as soon as the process closes one of its descriptors.
 */
final class OpenFile implements AutoCloseable {
  private static final int LARGE = 256 << 10;
  private static final int PIECE = 64 << 10;

  private static final int ATTEMPTS = 20;

  private final Path path;
  private final Object key;
  private final FileChannel out;
  private final FileChannel lock;
  private long end;
  private long synced;
  private long unseen; // bytes written since the file was last checked

  private OpenFile(Path path, Object key, FileChannel out, FileChannel lock) {
    this.path = path;
    this.key = key;
    this.out = out;
    this.lock = lock;
  }

  /** Opens the file that the path names now. Creates it when it is missing. */
  static OpenFile open(Path path) throws IOException, SinkException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      OpenFile opened = attempt(path);
      if (opened != null) {
        return opened;
      }
    }
    throw new IOException("it is moved again and again");
  }

  private static @Nullable OpenFile attempt(Path path) throws IOException, SinkException {
    BasicFileAttributes before = look(path);
    if (before == null) {
      FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
      return null;
    }
    if (!before.isRegularFile()) {
      throw new SinkException(
          Reason.CONFIGURATION, path + " is not a regular file: name one, or one to be made");
    }
    FileChannel out = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
    try {
      FileChannel lock = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
      OpenFile opened = new OpenFile(path, before.fileKey(), out, lock);
      try {
        if (opened.isNamed(look(path))) {
          opened.begin();
          return opened;
        }
      } catch (IOException | SinkException | RuntimeException e) {
        opened.close();
        throw e;
      }
      opened.close();
      return null;
    } catch (NoSuchFileException e) {
      out.close();
      return null;
    } catch (IOException e) {
      out.close();
      throw e;
    }
  }

  private void begin() throws IOException, SinkException {
    if (!locked()) {
      throw new SinkException(
          Reason.CONFIGURATION,
          path + " is written by another sink or agent: give each a file of its own");
    }
    healEnd();
    out.force(true);
    synced = end;
    syncFolder();
  }

  private void healEnd() throws IOException {
    Tail tail = Tail.of(lock);
    end = lock.size();
    if (tail.torn()) {
      out.truncate(tail.start());
      end = tail.start();
    } else if (tail.endless()) {
      append(new byte[] {'\n'});
    }
  }

  private boolean locked() throws IOException {
    try {
      return lock.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  /** Syncs the folder, so that the name of a new file is as durable as its lines. */
  private void syncFolder() throws IOException {
    Path folder = path.toRealPath().getParent();
    if (folder != null && Files.isReadable(folder)) {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  /** Returns the attributes of the file that the path names, null when there is none. */
  private static @Nullable BasicFileAttributes look(Path path) throws IOException {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private boolean isNamed(@Nullable BasicFileAttributes found) {
    return found != null && key.equals(found.fileKey());
  }

  /** Returns whether the path still names this file, and the file was not truncated. */
  boolean isWhole() throws IOException {
    BasicFileAttributes found = out.isOpen() ? look(path) : null;
    if (found == null || !isNamed(found) || found.size() < end) {
      return false;
    }
    if (found.size() > end) {
      endWhatOthersWrote(found.size());
    }
    unseen = 0;
    return true;
  }

  /**
   * Ends a text that another program wrote without a newline, so that our next line does not
   * continue it.
   */
  private void endWhatOthersWrote(long size) throws IOException {
    end = size;
    ByteBuffer last = ByteBuffer.allocate(1);
    if (lock.read(last, size - 1) == 1 && last.get(0) != '\n') {
      append(new byte[] {'\n'});
    }
  }

  /**
   * Prepares to continue after the file was truncated. Lines that were written after the truncation
   * and before it was noticed are written again, after those that were written before it.
   *
   * @return false when the path no longer names this file
   */
  boolean goesOn() throws IOException {
    if (!out.isOpen() || !isNamed(look(path))) {
      return false;
    }
    if (lock.size() <= unseen) {
      out.truncate(0);
    }
    healEnd();
    synced = end;
    return true;
  }

  long end() {
    return end;
  }

  /**
   * Appends all parts in one write, so that a program that truncates the file does not split a
   * line. A large line is written in pieces, because Java copies each write into its own memory.
   */
  void append(byte[]... parts) throws IOException {
    ByteBuffer[] buffers = new ByteBuffer[parts.length];
    for (int i = 0; i < parts.length; i++) {
      buffers[i] = ByteBuffer.wrap(parts[i]);
    }
    long length = RewriteBuffer.length(parts);
    long whole = end + length;
    try {
      long left = length;
      while (left > 0) {
        left -= length <= LARGE ? out.write(buffers) : writePiece(buffers);
      }
    } catch (IOException e) {
      cut(end, e);
      throw e;
    }
    end = whole;
    unseen += length;
  }

  /**
   * Syncs the file. If that fails, truncates it to the last synced end, because what comes after
   * may not be on the disk.
   */
  void sync() throws IOException {
    try {
      out.force(false);
      synced = end;
    } catch (IOException e) {
      cut(synced, e);
      throw e;
    }
  }

  /** Keeps the lines that were written again after a truncation, even if a later write fails. */
  void keep() {
    synced = end;
  }

  private int writePiece(ByteBuffer[] buffers) throws IOException {
    for (ByteBuffer buffer : buffers) {
      if (buffer.hasRemaining()) {
        int length = Math.min(PIECE, buffer.remaining());
        int written = out.write(buffer.slice(buffer.position(), length));
        buffer.position(buffer.position() + written);
        return written;
      }
    }
    return 0;
  }

  private void cut(long size, IOException because) {
    try {
      out.truncate(size);
      end = Math.min(end, size);
    } catch (IOException e) {
      because.addSuppressed(e); // the next open checks its end
    }
  }

  @Override
  public void close() {
    close(out);
    close(lock);
  }

  private static void close(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      return; // everything confirmed was synced before
    }
  }
}
