package dev.hookbridge.decision.gate;

import dev.hookbridge.decision.request.PendingDecision;
import dev.hookbridge.record.Records;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a shim: reads the ask, keeps it, writes the answer. The gate's thread calls
 * everything but {@link #release}.
 */
final class GateConnection {
  /** The fields of a record fit in here; what comes behind them is the stdin. */
  private static final int HEAD = 16 << 10;

  private final SocketChannel socket;
  private final AtomicLong memory;
  private final long since;
  private final boolean waits;
  private final AtomicBoolean released = new AtomicBoolean();
  private volatile byte[] bytes = new byte[HEAD];
  private int size;
  private int arrived;
  private boolean whole;
  private boolean heard;
  private boolean closed;
  private @Nullable ByteBuffer answer;
  private @Nullable PendingDecision asking;

  /**
   * @param memory what all asks together may still take, in bytes
   * @param since {@link System#nanoTime} of the accept
   * @param waits it has one of the places of those that wait; else it is decided by its defaults
   */
  GateConnection(SocketChannel socket, AtomicLong memory, long since, boolean waits) {
    this.socket = socket;
    this.memory = memory;
    this.since = since;
    this.waits = waits;
    this.whole = waits;
  }

  SocketChannel socket() {
    return socket;
  }

  long since() {
    return since;
  }

  boolean waits() {
    return waits;
  }

  /** All of the ask is here; else only its beginning, the rest found no room. */
  boolean whole() {
    return whole;
  }

  /** The ask has been read to its end. */
  boolean heard() {
    return heard;
  }

  void asking(PendingDecision asked) {
    asking = asked;
  }

  @Nullable PendingDecision asking() {
    return asking;
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  /**
   * Reads what is there, not for ever.
   *
   * @return whether the ask has ended
   * @throws IOException when the shim is gone
   * @throws Oversize when it sends more than a record can have
   */
  boolean read(ByteBuffer scratch) throws IOException, Oversize {
    for (int turn = 0; turn < 8; turn++) {
      int read = socket.read(scratch.clear());
      if (read < 0) {
        heard = true;
        return true;
      }
      if (read == 0) {
        return false;
      }
      arrived += read;
      if (arrived > Records.MOST) {
        throw new Oversize();
      }
      keep(scratch.flip());
    }
    return false;
  }

  /** What finds no room is let go: the beginning is enough to know which defaults apply. */
  private void keep(ByteBuffer more) {
    if (whole && size + more.remaining() > bytes.length) {
      grow(size + more.remaining());
    }
    int fits = Math.min(more.remaining(), bytes.length - size);
    more.get(bytes, size, fits);
    size += fits;
    whole &= !more.hasRemaining();
  }

  private void grow(int needed) {
    int length = (int) Math.min(Records.MOST, Math.max(needed, 2L * bytes.length));
    long cost = (long) length - bytes.length;
    if (memory.addAndGet(-cost) < 0) {
      memory.addAndGet(cost);
      whole = false;
    } else {
      bytes = Arrays.copyOf(bytes, length);
    }
  }

  /** The ask's bytes are of no more use; by any thread. */
  void release() {
    byte[] kept = bytes;
    if (released.compareAndSet(false, true)) {
      bytes = new byte[0];
      memory.addAndGet(kept.length - HEAD);
    }
  }

  /**
   * Writes as much as goes.
   *
   * @return whether all is written
   * @throws IOException when the shim is gone
   */
  boolean write(byte[] record) throws IOException {
    answer = ByteBuffer.wrap(record);
    return write();
  }

  boolean write() throws IOException {
    ByteBuffer left = answer;
    if (left == null) {
      return false;
    }
    socket.write(left);
    return !left.hasRemaining();
  }

  boolean closed() {
    return closed;
  }

  /** The end of the stream is the end of the answer. */
  void close() {
    closed = true;
    try {
      socket.close();
    } catch (IOException e) {
      closed = true; // it is gone all the same
    }
  }

  /** More was sent than a record can have. */
  static final class Oversize extends Exception {
    private static final long serialVersionUID = 1;

    Oversize() {
      super("more than a record", null, false, false);
    }
  }
}
