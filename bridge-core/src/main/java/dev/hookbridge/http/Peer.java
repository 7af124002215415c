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
 * One connection and how far it is. The loop's thread has it, but for the time between {@link
 * State#WORKING} and its answer.
 */
final class Peer {
  /** What is due next, and from whom. */
  enum State {
    /** The client's: the head of a request, and a handshake before it. */
    HEAD(5_000),
    /** Ours: a handler, or a part of a handshake. */
    WORKING(Long.MAX_VALUE),
    /** The client's: to read the answer. */
    WRITING(10_000),
    /** The client's: to hang up. */
    ENDING(1_000);

    /** How long it may last. */
    final long millis;

    State(long millis) {
      this.millis = millis;
    }
  }

  private static final int FIRST = 512;

  /** Objects, buffers and the kernel's part of it, about. */
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

  /** What has come and is not used: of the network where TLS is spoken, and of HTTP. */
  byte[] raw = {};

  int raws;
  byte[] head = {};
  int heads;

  Peer(SocketChannel channel) throws IOException {
    this.channel = channel;
    this.remote = (InetSocketAddress) channel.getRemoteAddress();
    this.neighbourhood = neighbourhood(remote.getAddress());
  }

  /** An address; of IPv6 its network, since a host has as many there as it likes. */
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

  /** Since it was given the word. */
  long idle(long now) {
    return now - stateSince;
  }

  long age(long now) {
    return now - since;
  }

  /** Whether what was written is still sent once the connection is closed. */
  void lingers(boolean sent) throws IOException {
    if (channel.isOpen()) {
      channel.setOption(StandardSocketOptions.SO_LINGER, sent ? -1 : 0);
    }
  }

  /** How much memory it holds, about; but for TLS, of which there is a bounded number. */
  long weight() {
    long left = 0;
    for (ByteBuffer buffer : out) {
      left += buffer.capacity();
    }
    return WEIGHT + left + raw.length + head.length;
  }

  /** What of {@link #out} can be written now; the rest when the network takes more. */
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
      // Closed at once, what was sent and not read here would take the answer from the client.
      channel.shutdownOutput();
      enter(State.ENDING);
    }
  }

  /** What is waited for from now on. */
  void interest(int operations) {
    SelectionKey registered = key;
    if (registered != null && registered.isValid()) {
      registered.interestOps(operations);
    }
  }

  /** Keeps what came from the network. */
  void keepRaw(ByteBuffer bytes) throws IOException {
    raw = room(raw, raws, bytes.remaining(), PeerTls.MOST_HELD);
    int length = bytes.remaining();
    bytes.get(raw, raws, length);
    raws += length;
  }

  /** The first of them are used. */
  void used(int count) {
    System.arraycopy(raw, count, raw, 0, raws - count);
    raws -= count;
    if (raws == 0) {
      raw = new byte[0];
    }
  }

  /**
   * Keeps what is of HTTP.
   *
   * @return whether the head is whole now
   * @throws IOException when it is too long
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
   * Who has not read all is reset: the kernel would keep what is unread, and offer it for as long
   * as the other side likes.
   */
  void close() {
    try {
      lingers(state == State.ENDING || state == State.HEAD);
      channel.close();
    } catch (IOException e) {
      return; // it is gone, whatever it says
    }
  }
}
