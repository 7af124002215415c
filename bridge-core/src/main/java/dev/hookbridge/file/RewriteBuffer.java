package dev.hookbridge.file;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The lines to write again when the path names another file, or the file was truncated. These are
 * all unconfirmed lines, and the lines that were confirmed in the last 10 s. A program that copies
 * a file and then truncates or removes it loses what was written after the copy was made.
 */
final class RewriteBuffer {
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

  /** Removes the latest line, because it could not be written completely. */
  void removeLast() {
    bytes -= lines.removeLast().length;
    unconfirmed--;
  }

  void confirmed() {
    unconfirmed = 0;
    forget();
  }

  /**
   * Forgets lines that were confirmed long enough ago. Call it only while the file is known to be
   * complete.
   */
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
