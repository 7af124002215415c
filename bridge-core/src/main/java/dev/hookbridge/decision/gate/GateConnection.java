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
 * A connection of a shim. It reads and keeps the request and writes the answer. The gate thread
 * calls all methods. Only {@link #release} is safe for any thread.
 */
final class GateConnection {
  /** Initial buffer size. It is large enough for all fields of a record. The stdin follows them. */
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
  private @Nullable PendingDecision pending;

  /**
   * Creates a connection.
   *
   * @param memory the bytes that are still free for all requests together
   * @param since {@link System#nanoTime} of the accept
   * @param waits whether the connection has a waiting place; otherwise the defaults decide its call
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

  /** Returns whether the complete request is kept. Otherwise there was no memory for the rest. */
  boolean whole() {
    return whole;
  }

  /** Returns whether the request has been read to its end. */
  boolean heard() {
    return heard;
  }

  void pending(PendingDecision asked) {
    pending = asked;
  }

  @Nullable PendingDecision pending() {
    return pending;
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  /**
   * Reads the available bytes, in at most 8 turns.
   *
   * @return whether the request is complete
   * @throws IOException if the shim has closed the connection
   * @throws Oversize if the shim sends more than the maximum size of a record
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

  /**
   * Keeps bytes as far as memory allows and drops the rest. The beginning of a request is enough to
   * select its defaults.
   */
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

  /** Releases the memory of the request. Safe for any thread. */
  void release() {
    byte[] kept = bytes;
    if (released.compareAndSet(false, true)) {
      bytes = new byte[0];
      memory.addAndGet(kept.length - HEAD);
    }
  }

  /**
   * Writes as much of the answer as the socket accepts.
   *
   * @return whether the answer is complete
   * @throws IOException if the shim has closed the connection
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

  /** Closes the connection. The end of the stream is the end of the answer. */
  void close() {
    closed = true;
    try {
      socket.close();
    } catch (IOException e) {
      closed = true; // it is closed anyway
    }
  }

  /** Thrown when a shim sends more than the maximum size of a record. */
  static final class Oversize extends Exception {
    private static final long serialVersionUID = 1;

    Oversize() {
      super("more than a record", null, false, false);
    }
  }
}
