package dev.hookbridge.spool.table;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Compresses the data of a row. Several compressed rows fit on a page, so a commit writes fewer
 * pages to the write-ahead log. Compressed data is {@code Z}, the original length in four bytes,
 * and the deflated bytes. Short data stays as it is: JSON, which begins with a brace.
 *
 * <p>Thread-safe. A process has one spool with one writer, so one compressor is enough.
 */
final class DataCompression {
  private static final int SHORT = 1 << 10;
  private static final int HEAD = 5;
  private static final int LONGEST = 256 << 20;
  private static final Deflater DEFLATER = new Deflater(Deflater.BEST_SPEED);

  private DataCompression() {}

  static synchronized byte[] pack(byte[] data) {
    if (data.length < SHORT) {
      return data;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(data.length / 3);
    out.write('Z');
    out.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    byte[] some = new byte[Math.min(16 << 10, data.length)];
    try {
      DEFLATER.setInput(data);
      DEFLATER.finish();
      while (!DEFLATER.finished() && out.size() < data.length) {
        out.write(some, 0, DEFLATER.deflate(some));
      }
    } finally {
      DEFLATER.reset();
    }
    return out.size() < data.length ? out.toByteArray() : data;
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
