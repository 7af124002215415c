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
 * One file, open to append and locked, which its path may no longer name. It always ends with a
 * whole line, unless the disk does not even let it be shortened.
 *
 * <p>The second channel reads and holds the lock. It stays open, since the system lets go of all
 * locks of a process on a file as soon as one of its descriptors is closed.
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
  private long unseen; // bytes written since the file was last seen to be whole

  private OpenFile(Path path, Object key, FileChannel out, FileChannel lock) {
    this.path = path;
    this.key = key;
    this.out = out;
    this.lock = lock;
  }

  /** The file that the path names now; made when there is none. */
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
          Reason.CONFIGURATION, path + " is no regular file: name one, or one to be made");
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

  /** The name of a file that was just made is as durable as its lines. */
  private void syncFolder() throws IOException {
    Path folder = path.toRealPath().getParent();
    if (folder != null && Files.isReadable(folder)) {
      try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
        names.force(true);
      }
    }
  }

  /** What the path names, null when there is nothing. */
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

  /** Whether the path still names this file and nothing was taken from it. */
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

  /** Somebody else's text, without an end, would become the beginning of our next line. */
  private void endWhatOthersWrote(long size) throws IOException {
    end = size;
    ByteBuffer last = ByteBuffer.allocate(1);
    if (lock.read(last, size - 1) == 1 && last.get(0) != '\n') {
      append(new byte[] {'\n'});
    }
  }

  /**
   * Whether the path still names this file, to be gone on with although it was cut. What was
   * written after the cut, before it was seen, is written again behind what was written before.
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
   * Appends all in one write, so that whoever cuts the file cuts no line in two. A large line goes
   * in pieces: Java copies what it writes into memory of its own, as much as it is given.
   */
  void append(byte[]... parts) throws IOException {
    ByteBuffer[] buffers = new ByteBuffer[parts.length];
    for (int i = 0; i < parts.length; i++) {
      buffers[i] = ByteBuffer.wrap(parts[i]);
    }
    long length = Recent.length(parts);
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

  /** Whatever is between here and what was synced before is not known to be there when it fails. */
  void sync() throws IOException {
    try {
      out.force(false);
      synced = end;
    } catch (IOException e) {
      cut(synced, e);
      throw e;
    }
  }

  /** What was rewritten after a cut stays, whatever becomes of what is written after it. */
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
      because.addSuppressed(e); // whoever opens it next looks at its end
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
