package dev.hookbridge.spool.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Compresses large data for a row. SQLite holds a row in memory twice while it writes it.
 * Compressed data is {@code Z}, the original length in four bytes, and the deflated bytes. All
 * other data is the JSON itself, which begins with a brace.
 */
final class DataCompression {
  private static final int LARGE = 256 << 10;
  private static final int HEAD = 5;
  private static final int LONGEST = 256 << 20;

  private DataCompression() {}

  static byte[] pack(byte[] data) {
    if (data.length < LARGE) {
      return data;
    }
    Deflater deflater = new Deflater(Deflater.BEST_SPEED);
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream(data.length / 8);
      out.write('Z');
      out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
      byte[] some = new byte[16 << 10];
      deflater.setInput(data);
      deflater.finish();
      while (!deflater.finished() && out.size() < data.length) {
        out.write(some, 0, deflater.deflate(some));
      }
      return out.size() < data.length ? out.toByteArray() : data;
    } finally {
      deflater.end();
    }
  }

  /**
   * Returns the original data.
   *
   * @throws IOException when the data is damaged
   */
  static byte[] unpack(byte[] stored) throws IOException {
    if (stored.length < HEAD || stored[0] != 'Z') {
      return stored;
    }
    int length = ByteBuffer.wrap(stored, 1, 4).getInt();
    if (length < 0 || length > LONGEST) {
      throw new IOException("data that says a wrong length");
    }
    Inflater inflater = new Inflater();
    try {
      inflater.setInput(stored, HEAD, stored.length - HEAD);
      byte[] data = new byte[length];
      int got = inflater.inflate(data);
      if (got < length || (!inflater.finished() && inflater.inflate(new byte[1]) > 0)) {
        throw new IOException("data that has another length than it says");
      }
      return data;
    } catch (DataFormatException e) {
      throw new IOException("data that cannot be unpacked", e);
    } finally {
      inflater.end();
    }
  }
}
