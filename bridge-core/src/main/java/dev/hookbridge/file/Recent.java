package dev.hookbridge.file;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The lines that go into the file again when it turns out to be another one, or to be cut: all that
 * are not confirmed, and those confirmed in the last moments. Whoever copies a file and then cuts
 * or removes it takes away what was written after the copy was made.
 */
final class Recent {
  private static final long KEPT = TimeUnit.SECONDS.toNanos(10);
  private static final long MOST_BYTES = 1 << 20;

  private record Line(byte[][] parts, long length, long writtenAt) {}

  private final ArrayDeque<Line> lines = new ArrayDeque<>();
  private long bytes;
  private int unconfirmed;

  static long length(byte[][] parts) {
    long length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    return length;
  }

  void add(byte[][] parts) {
    Line line = new Line(parts, length(parts), System.nanoTime());
    lines.add(line);
    bytes += line.length;
    unconfirmed++;
  }

  /** A line that could not be written whole is none. */
  void removeLast() {
    bytes -= lines.removeLast().length;
    unconfirmed--;
  }

  void confirmed() {
    unconfirmed = 0;
    forget();
  }

  /** Lets go of what was confirmed long enough ago; only while the file is known to be whole. */
  void forget() {
    long now = System.nanoTime();
    while (lines.size() > unconfirmed) {
      Line oldest = lines.element();
      if (bytes <= MOST_BYTES && now - oldest.writtenAt < KEPT) {
        return;
      }
      lines.remove();
      bytes -= oldest.length;
    }
  }

  boolean isEmpty() {
    return lines.isEmpty();
  }

  void clear() {
    lines.clear();
    bytes = 0;
    unconfirmed = 0;
  }

  List<byte[][]> lines() {
    return lines.stream().map(Line::parts).toList();
  }
}
