package dev.hookbridge.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/** A file that only grows, and is renamed to {@code .1}, {@code .2}, … when it is large enough. */
final class RotatedFile {
  private static final int PIECE = 64 << 10;
  private final Path path;
  private final long rotateBytes;
  private final int keep;
  private FileChannel channel;

  RotatedFile(Path path, long rotateBytes, int keep) throws IOException {
    this.path = path;
    this.rotateBytes = rotateBytes;
    this.keep = keep;
    this.channel = open();
    endTornLine();
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(
        path, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ));
  }

  /** A crash may have left half a line: it gets its end, so that the next one stands alone. */
  private void endTornLine() throws IOException {
    long size = channel.size();
    channel.position(size);
    if (size > 0) {
      ByteBuffer last = ByteBuffer.allocate(1);
      channel.read(last, size - 1);
      if (last.get(0) != '\n') {
        write(new byte[] {'\n'});
      }
    }
  }

  void append(byte[]... line) throws IOException {
    long length = 0;
    for (byte[] part : line) {
      length += part.length;
    }
    if (channel.position() > 0 && channel.position() + length > rotateBytes) {
      rotate();
    }
    for (byte[] part : line) {
      write(part);
    }
  }

  private void write(byte[] bytes) throws IOException {
    // In pieces: Java copies what it writes into memory of its own, as much as it is given.
    for (int at = 0; at < bytes.length; at += PIECE) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes, at, Math.min(PIECE, bytes.length - at));
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
    }
  }

  void sync() throws IOException {
    channel.force(false);
  }

  private void rotate() throws IOException {
    channel.force(true);
    channel.close();
    for (int i = keep; i > 0; i--) {
      Path from = i == 1 ? path : numbered(i - 1);
      if (Files.exists(from)) {
        Files.move(from, numbered(i), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    channel = open();
  }

  private Path numbered(int number) {
    return path.resolveSibling(path.getFileName() + "." + number);
  }

  void close() {
    try {
      channel.close();
    } catch (IOException e) {
      return; // everything confirmed was synced before
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
