package dev.hookbridge.record;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Reads a call with a large stdin. The stdin stays in its file, so 16 MiB need no room in the heap.
 */
public final class LargeRecordReader {
  /** The file size in bytes from which on this reader is used. */
  public static final int LEAST = 1 << 20;

  /** The bytes at the beginning that must contain the kind and the fields. */
  private static final int BEGINNING = 256 << 10;

  private static final int PIECE = 64 << 10;

  private LargeRecordReader() {}

  /**
   * Reads a call. Returns null when the file is not a complete call in this form. Then read it like
   * any other file.
   */
  public static @Nullable HookCall read(Path file) throws IOException, MalformedRecordException {
    try (FileChannel channel = open(file);
        InputStream in = Channels.newInputStream(channel)) {
      byte[] beginning = in.readNBytes(BEGINNING);
      MailFormat.Begun begun = MailFormat.begun(beginning, beginning.length);
      long end = (long) begun.at() + begun.length() + 1;
      if (!begun.head().kind().equals("call") || channel.size() != end + MailFormat.CHECKSUM) {
        return null;
      }
      byte[] expected = checksum(in, beginning, end);
      if (!Arrays.equals(expected, in.readNBytes(MailFormat.CHECKSUM))) {
        return null;
      }
      return Records.call(begun.head()).with(new InFile(file, begun.at(), begun.length()));
    }
  }

  private static byte[] checksum(InputStream in, byte[] beginning, long end) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(beginning);
    byte[] piece = new byte[PIECE];
    for (long left = end - beginning.length; left > 0; ) {
      int read = in.read(piece, 0, (int) Math.min(piece.length, left));
      if (read < 0) {
        throw new IOException("it became shorter while it was read");
      }
      crc.update(piece, 0, read);
      left -= read;
    }
    return MailFormat.checksumLine(crc);
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  }

  private record InFile(Path file, int at, int length) implements Stdin {
    @Override
    public InputStream open() throws IOException {
      FileChannel channel = LargeRecordReader.open(file);
      channel.position(at);
      return new First(Channels.newInputStream(channel), length);
    }

    /** Returns the length only. A guest's XML and its path must not be in a log. */
    @Override
    public String toString() {
      return length + " bytes";
    }
  }

  /** The first bytes of a stream. */
  private static final class First extends InputStream {
    private final InputStream in;
    private int left;

    First(InputStream in, int left) {
      this.in = new BufferedInputStream(in, PIECE);
      this.left = left;
    }

    @Override
    public int read() throws IOException {
      int read = left > 0 ? in.read() : -1;
      left -= read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] target, int from, int length) throws IOException {
      int read = left == 0 ? -1 : in.read(target, from, Math.min(length, left));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
