package dev.hookbridge.http;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * One connection and its state. The loop's thread owns it, except between {@link State#WORKING} and
 * the response.
 */
final class Peer {
  /** The next action, and who must do it. */
  enum State {
    /** The client sends the head of a request, after a handshake if there is TLS. */
    HEAD(5_000),
    /** The agent runs a handler, or a part of a handshake. */
    WORKING(Long.MAX_VALUE),
    /** The client reads the response. */
    WRITING(10_000),
    /** The client closes the connection. */
    ENDING(1_000);

    /** The time limit of the state, in ms. */
    final long millis;

    State(long millis) {
      this.millis = millis;
    }
  }

  private static final int FIRST = 512;

  /** Approximate memory of the objects, the buffers and the kernel's part, in bytes. */
  private static final int WEIGHT = 1 << 10;

  final SocketChannel channel;
  final InetSocketAddress remote;
  final String neighbourhood;
  final Deque<ByteBuffer> out = new ArrayDeque<>();
  @Nullable PeerTls tls;
  @Nullable SelectionKey key;
  private volatile State state = State.HEAD;
  private final long since = System.nanoTime();
  private volatile long stateSince = since;

  /**
   * Received data that is not used yet: the raw bytes of a TLS connection, and the bytes of HTTP.
   */
  byte[] raw = {};

  int raws;
  byte[] head = {};
  int heads;

  Peer(SocketChannel channel) throws IOException {
    this.channel = channel;
    this.remote = (InetSocketAddress) channel.getRemoteAddress();
    this.neighbourhood = neighbourhood(remote.getAddress());
  }

  /**
   * Returns the address, or for IPv6 its network, because a host can use any number of addresses
   * there.
   */
  private static String neighbourhood(InetAddress address) {
    byte[] bytes = address.getAddress();
    int length = address instanceof Inet6Address && !address.isLoopbackAddress() ? 8 : bytes.length;
    return HexFormat.of().formatHex(bytes, 0, length);
  }

  State state() {
    return state;
  }

  void enter(State next) {
    state = next;
    stateSince = System.nanoTime();
  }

  boolean late(long now) {
    return state != State.WORKING && (now - stateSince) / 1_000_000 > state.millis;
  }

  /** Returns the time in the current state, in ns. */
  long idle(long now) {
    return now - stateSince;
  }

  long age(long now) {
    return now - since;
  }

  /** Sets whether pending data is still sent after the connection is closed. */
  void lingers(boolean sent) throws IOException {
    if (channel.isOpen()) {
      channel.setOption(StandardSocketOptions.SO_LINGER, sent ? -1 : 0);
    }
  }

  /**
   * Returns the approximate memory of the connection, in bytes. TLS is not included; its number is
   * bounded separately.
   */
  long weight() {
    long left = 0;
    for (ByteBuffer buffer : out) {
      left += buffer.capacity();
    }
    return WEIGHT + left + raw.length + head.length;
  }

  /**
   * Writes as much of {@link #out} as possible now. The rest follows when the network accepts more.
   */
  void flush() throws IOException {
    for (ByteBuffer next = out.peek(); next != null; next = out.peek()) {
      channel.write(next);
      if (next.hasRemaining()) {
        interest(SelectionKey.OP_WRITE | (state == State.HEAD ? SelectionKey.OP_READ : 0));
        return;
      }
      out.remove();
    }
    interest(SelectionKey.OP_READ);
    if (state == State.WRITING) {
      // After an immediate close, unread input would make the kernel discard the response.
      channel.shutdownOutput();
      enter(State.ENDING);
    }
  }

  /** Sets the operations to wait for. */
  void interest(int operations) {
    SelectionKey registered = key;
    if (registered != null && registered.isValid()) {
      registered.interestOps(operations);
    }
  }

  /** Keeps raw bytes from the network. */
  void keepRaw(ByteBuffer bytes) throws IOException {
    raw = room(raw, raws, bytes.remaining(), PeerTls.MOST_HELD);
    int length = bytes.remaining();
    bytes.get(raw, raws, length);
    raws += length;
  }

  /** Removes the first raw bytes, which have been used. */
  void used(int count) {
    System.arraycopy(raw, count, raw, 0, raws - count);
    raws -= count;
    if (raws == 0) {
      raw = new byte[0];
    }
  }

  /**
   * Keeps bytes of the HTTP request.
   *
   * @return whether the head is complete
   * @throws IOException if the head is too long
   */
  boolean keepHead(ByteBuffer bytes) throws IOException {
    int before = heads;
    int length = Math.min(bytes.remaining(), RequestHead.MOST_BYTES - heads);
    head = room(head, heads, length, RequestHead.MOST_BYTES);
    bytes.get(head, heads, length);
    heads += length;
    boolean whole = RequestHead.whole(head, before, heads);
    if (!whole && heads == RequestHead.MOST_BYTES) {
      throw new IOException("too long");
    }
    return whole;
  }

  private static byte[] room(byte[] bytes, int size, int more, int most) throws IOException {
    int needed = size + more;
    if (needed > most) {
      throw new IOException("too long");
    }
    return needed <= bytes.length
        ? bytes
        : Arrays.copyOf(bytes, Math.min(most, Math.max(FIRST, 2 * needed)));
  }

  /**
   * Closes the connection. A client that has not read everything gets a reset. Otherwise the kernel
   * would keep the unread data and offer it for as long as the client likes.
   */
  void close() {
    try {
      lingers(state == State.ENDING || state == State.HEAD);
      channel.close();
    } catch (IOException e) {
      return; // it is closed in any case
    }
  }
}
