package dev.hookbridge.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;

/**
 * What comes after the last newline of a file.
 *
 * @param start its offset
 * @param torn whether it is the beginning of one of our lines, or zeros, and contains no event; a
 *     crash or a full disk has caused it
 * @param endless whether it is not torn, and needs a newline
 */
record Tail(long start, boolean torn, boolean endless) {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int STEP = 1 << 16;

  static Tail of(FileChannel file) throws IOException {
    long size = file.size();
    long start = start(file, size);
    if (start == size) {
      return new Tail(start, false, false);
    }
    ByteBuffer first = ByteBuffer.allocate(1);
    file.read(first, start);
    boolean ours = first.get(0) == '{' || first.get(0) == 0;
    boolean torn = ours && !isEvent(file, start);
    return new Tail(start, torn, !torn);
  }

  private static long start(FileChannel file, long size) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(STEP);
    for (long to = size; to > 0; to -= Math.min(to, STEP)) {
      long from = to - Math.min(to, STEP);
      buffer.clear().limit((int) (to - from));
      int read = Math.max(0, file.read(buffer, from));
      for (int i = read - 1; i >= 0; i--) {
        if (buffer.get(i) == '\n') {
          return from + i + 1;
        }
      }
    }
    return 0;
  }

  /**
   * Returns whether the tail is one complete JSON object. Reads it as a stream, because it may be
   * large.
   */
  private static boolean isEvent(FileChannel file, long start) throws IOException {
    file.position(start);
    InputStream in = new BufferedInputStream(Channels.newInputStream(file));
    JsonParser parser = JSON.createParser(in).disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
    try {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (com.fasterxml.jackson.core.JacksonException e) {
      return false;
    }
  }
}
